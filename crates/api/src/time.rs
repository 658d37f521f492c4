//! Times on the wire: RFC 3339, UTC, `Z`, always six digits of a second.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serializer;

/// As it is written.
pub fn text(time: &DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// For a field that always has a time.
pub fn required<S: Serializer>(time: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&text(time))
}

/// For a field that may be null.
pub fn nullable<S: Serializer>(
    time: &Option<DateTime<Utc>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match time {
        Some(time) => required(time, serializer),
        None => serializer.serialize_none(),
    }
}
