//! Any text as a cursor: none is good for a list that never gave it, and a cursor that was given
//! reads back as it was.
#![no_main]

use libfuzzer_sys::fuzz_target;
use syncline_api::ErrorCode;
use syncline_api::fuzzing::{CURSORS, read_cursor};

fuzz_target!(|text: &str| {
    for kind in CURSORS {
        let read = read_cursor(kind, text);
        assert_eq!(read, Err(ErrorCode::InvalidCursor), "{}", kind.name);
    }
});
