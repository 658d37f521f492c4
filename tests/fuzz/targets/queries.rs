//! Any text as the query of every operation: read, or refused as a query.
#![no_main]

use libfuzzer_sys::fuzz_target;
use syncline_api::ErrorCode;
use syncline_api::fuzzing::{QUERIES, read_query};

fuzz_target!(|text: &str| {
    for kind in QUERIES {
        if let Err(code) = read_query(kind, text) {
            assert_eq!(code, ErrorCode::InvalidQuery, "{}", kind.name);
        }
    }
});
