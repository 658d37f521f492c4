//! Any text as a Python literal: what is one is printed as Python prints it, and read again as
//! the same value.
#![no_main]

use libfuzzer_sys::fuzz_target;
use syncline_connectors::fuzzing::{print_python, read_literal};

fuzz_target!(|text: &str| {
    let value = read_literal(text);
    if !value.is_string() {
        let printed = print_python(&value);
        assert_eq!(read_literal(&printed), value, "{printed}");
    }
});
