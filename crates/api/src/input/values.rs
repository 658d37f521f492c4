//! Readers of single JSON values. A message never repeats what was given.

use chrono::{DateTime, Datelike, Utc};
use serde_json::{Map, Value};

/// What is wrong with a value, and where inside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// The JSON pointer inside the value; empty for the whole.
    pub path: String,
    /// What is wrong.
    pub message: String,
}

impl Wrong {
    /// The whole value is wrong.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            path: String::new(),
            message: message.into(),
        }
    }
}

/// A text of 1 to `max` characters, without the NUL character, which no database takes.
pub fn text(max: usize) -> impl Fn(Value) -> Result<String, Wrong> {
    move |value| match value {
        Value::String(text) => {
            if text.contains('\0') {
                Err(Wrong::new("must not contain the NUL character"))
            } else if (1..=max).contains(&text.chars().count()) {
                Ok(text)
            } else {
                Err(Wrong::new(format!("must have 1 to {max} characters")))
            }
        }
        other => Err(wrong_type("a text", &other)),
    }
}

/// One to `most` texts.
pub fn texts(most: usize, max: usize) -> impl Fn(Value) -> Result<Vec<String>, Wrong> {
    move |value| match value {
        Value::Array(items) if (1..=most).contains(&items.len()) => items
            .into_iter()
            .enumerate()
            .map(|(index, item)| {
                text(max)(item).map_err(|wrong| Wrong {
                    path: format!("/{index}{}", wrong.path),
                    ..wrong
                })
            })
            .collect(),
        Value::Array(_) => Err(Wrong::new(format!("must have 1 to {most} items"))),
        other => Err(wrong_type("a list of texts", &other)),
    }
}

/// `true` or `false`.
pub fn boolean(value: Value) -> Result<bool, Wrong> {
    match value {
        Value::Bool(truth) => Ok(truth),
        other => Err(wrong_type("true or false", &other)),
    }
}

/// An integer; one that is written with a fraction of zero (`3600.0`) is one too.
pub fn integer(value: Value) -> Result<i64, Wrong> {
    /// Beyond, not every integer is a floating point number.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let Value::Number(number) = &value else {
        return Err(wrong_type("an integer", &value));
    };
    if let Some(integer) = number.as_i64() {
        return Ok(integer);
    }
    match number.as_f64() {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "whole, and within the range of i64"
        )]
        Some(float) if float.fract() == 0.0 && float.abs() <= EXACT => Ok(float as i64),
        Some(float) if float.fract() != 0.0 => Err(Wrong::new("must be an integer")),
        _ => Err(Wrong::new("is too large a number")),
    }
}

/// A JSON object.
pub fn object(value: Value) -> Result<Map<String, Value>, Wrong> {
    match value {
        Value::Object(map) => Ok(map),
        other => Err(wrong_type("an object", &other)),
    }
}

/// A moment (RFC 3339, with its offset), in the years 1 to 9999.
pub fn time(value: Value) -> Result<DateTime<Utc>, Wrong> {
    match value {
        Value::String(text) => time_text(&text),
        other => Err(wrong_type("a time", &other)),
    }
}

pub(super) fn time_text(text: &str) -> Result<DateTime<Utc>, Wrong> {
    DateTime::parse_from_rfc3339(text)
        .ok()
        .map(|time| time.with_timezone(&Utc))
        .filter(|time| (1..=9999).contains(&time.year()) && !is_leap_second(time))
        .ok_or_else(|| Wrong::new("must be a time like 2026-01-31T12:00:00Z (RFC 3339)"))
}

/// Second 60, which no database keeps apart from the second behind it.
fn is_leap_second(time: &DateTime<Utc>) -> bool {
    time.timestamp_subsec_nanos() >= 1_000_000_000
}

/// An id, in a query.
pub fn id<T: std::str::FromStr>(text: &str) -> Result<T, Wrong> {
    text.parse()
        .map_err(|_| Wrong::new("is not an id of this kind"))
}

fn wrong_type(expected: &str, found: &Value) -> Wrong {
    let found = match found {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    };
    Wrong::new(format!("must be {expected}, not {found}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_integer_may_be_written_with_a_fraction_of_zero() {
        for (value, expected) in [
            (json!(3482), Ok(3482)),
            (json!(3482.0), Ok(3482)),
            (json!(-1e3), Ok(-1000)),
            (json!(i64::MAX), Ok(i64::MAX)),
            (json!(3482.5), Err("must be an integer")),
            (json!(u64::MAX), Err("is too large a number")),
            (json!(1e300), Err("is too large a number")),
            (json!("3482"), Err("must be an integer, not a text")),
            (json!(null), Err("must be an integer, not null")),
        ] {
            let read = integer(value.clone()).map_err(|wrong| wrong.message);
            assert_eq!(read, expected.map_err(str::to_owned), "{value}");
        }
    }

    #[test]
    fn a_time_needs_an_offset_and_a_year_that_can_be_written_again() {
        assert!(time(json!("2026-01-31T12:00:00+02:00")).is_ok());
        for wrong in [
            "2026-01-31",
            "2026-01-31T12:00:00",
            "0000-12-31T23:00:00Z",
            "9999-12-31T23:00:00-05:00",
            "2016-12-31T23:59:60Z",
            "",
        ] {
            assert!(time(json!(wrong)).is_err(), "{wrong}");
        }
    }

    #[test]
    fn texts_are_bounded_and_say_which_one_is_wrong() {
        assert!(text(3)(json!("äöü")).is_ok());
        assert!(text(3)(json!("")).is_err());
        assert!(text(3)(json!("a\0")).is_err());
        let wrong = texts(2, 3)(json!(["a", 1])).unwrap_err();
        assert_eq!(
            (wrong.path.as_str(), wrong.message.as_str()),
            ("/1", "must be a text, not a number")
        );
        assert!(texts(2, 3)(json!([])).is_err());
    }
}
