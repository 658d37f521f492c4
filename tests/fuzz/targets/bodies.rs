//! Any bytes as the body of every operation: read, or refused as JSON or by its fields.
#![no_main]

use libfuzzer_sys::fuzz_target;
use syncline_api::ErrorCode;
use syncline_api::fuzzing::{BODIES, read_body};

fuzz_target!(|bytes: &[u8]| {
    for kind in BODIES {
        if let Err(code) = read_body(kind, bytes) {
            let is_expected = matches!(code, ErrorCode::InvalidJson | ErrorCode::InvalidBody);
            assert!(is_expected, "{} is refused with {code:?}", kind.name);
        }
    }
});
