//! The small readers that manifests lean on, for the fuzz targets of `tests/fuzz`.
//!
//! Behind the feature `fuzzing`. Whole manifests and templates have public faces of their own;
//! nothing here may panic, whatever it is given.

use chrono::{DateTime, FixedOffset};
use serde_json::Value;

use crate::datetime::{self, IsoDuration};
use crate::template::{literal, python};

/// The moment that a text tells by a format (`%Y-%m-%d`, `%s`, `%ms` …), if it tells one.
pub fn parse_datetime(text: &str, format: &str) -> Option<DateTime<FixedOffset>> {
    datetime::parse(text, format)
}

/// A moment as a format writes it.
pub fn format_datetime(moment: DateTime<FixedOffset>, format: &str) -> String {
    datetime::format(&moment, format)
}

/// The moment that an ISO 8601 text tells, if it tells one.
pub fn parse_iso_datetime(text: &str) -> Option<DateTime<FixedOffset>> {
    datetime::parse_iso(text)
}

/// The moments that lie an ISO 8601 duration before and after another; `None` when the text is no
/// duration. A moment outside the years 1 to 9999 is `None` too.
#[expect(clippy::type_complexity, reason = "two moments that may not exist")]
pub fn move_by_duration(
    text: &str,
    moment: DateTime<FixedOffset>,
) -> Option<(Option<DateTime<FixedOffset>>, Option<DateTime<FixedOffset>>)> {
    let duration = IsoDuration::parse(text)?;
    Some((duration.before(moment), duration.after(moment)))
}

/// A text read as a Python literal; what is none stays a text.
pub fn read_literal(text: &str) -> Value {
    literal::evaluate(text)
}

/// A value as Python prints it.
pub fn print_python(value: &Value) -> String {
    python::str(value)
}
