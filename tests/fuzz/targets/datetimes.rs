//! Any text and any format, on two lines: moments, ISO 8601 moments and durations.
#![no_main]

use chrono::DateTime;
use libfuzzer_sys::fuzz_target;
use syncline_connectors::fuzzing::{
    format_datetime, move_by_duration, parse_datetime, parse_iso_datetime,
};

fuzz_target!(|input: &str| {
    let (text, format) = input.split_once('\n').unwrap_or((input, "%Y-%m-%d"));
    let read = parse_datetime(text, format);
    if let Some(moment) = read {
        format_datetime(moment, format);
    }
    let moment = parse_iso_datetime(text).or(read).unwrap_or_default();
    format_datetime(moment, format);
    if let Some(moved) = move_by_duration(format, moment) {
        for moment in [moved.0, moved.1].into_iter().flatten() {
            let text = format_datetime(moment, "%Y-%m-%dT%H:%M:%S.%f%z");
            assert!(
                DateTime::parse_from_str(&text, "%Y-%m-%dT%H:%M:%S%.f%z").is_ok(),
                "{text}"
            );
        }
    }
});
