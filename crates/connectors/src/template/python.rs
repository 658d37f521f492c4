//! Prints values as Python does.

use std::fmt::Write;

use minijinja::value::ValueKind;
use serde_json::{Number, Value};

/// `bool(value)`.
pub(crate) fn is_truthy(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(value) => *value,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(map) => !map.is_empty(),
    }
}

/// `str(value)`.
pub(crate) fn str(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => repr(other),
    }
}

/// `repr(value)`.
pub(crate) fn repr(value: &Value) -> String {
    let mut out = String::new();
    write_repr(&mut out, value);
    out
}

/// `json.dumps(value)`: spaces after separators, and nothing but ASCII.
pub(super) fn dumps(value: &Value, sorts_keys: bool) -> String {
    let mut out = String::new();
    write_json(&mut out, value, sorts_keys);
    out
}

fn write_json(out: &mut String, value: &Value, sorts_keys: bool) {
    match value {
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                out.push_str(if index == 0 { "" } else { ", " });
                write_json(out, item, sorts_keys);
            }
            out.push(']');
        }
        Value::Object(map) => {
            let mut fields: Vec<_> = map.iter().collect();
            if sorts_keys {
                fields.sort_by_key(|(key, _)| *key);
            }
            out.push('{');
            for (index, (key, item)) in fields.into_iter().enumerate() {
                out.push_str(if index == 0 { "" } else { ", " });
                write_json(out, &Value::from(key.as_str()), sorts_keys);
                out.push_str(": ");
                write_json(out, item, sorts_keys);
            }
            out.push('}');
        }
        Value::String(_) => {
            for unit in value.to_string().encode_utf16() {
                match char::from_u32(u32::from(unit)).filter(char::is_ascii) {
                    Some(c) => out.push(c),
                    None => {
                        let _ = write!(out, "\\u{unit:04x}");
                    }
                }
            }
        }
        Value::Number(number) => out.push_str(&number_text(number)),
        Value::Null | Value::Bool(_) => out.push_str(&value.to_string()),
    }
}

/// `a + b` and `a - b` of what is no date.
pub(super) fn sum(
    a: &minijinja::Value,
    b: &minijinja::Value,
    adds: bool,
) -> Result<minijinja::Value, minijinja::Error> {
    use super::dates::invalid;
    if let (Some(a), Some(b), true) = (a.as_str(), b.as_str(), adds) {
        return Ok(minijinja::Value::from(format!("{a}{b}")));
    }
    if a.kind() == ValueKind::Seq && b.kind() == ValueKind::Seq && adds {
        return Ok(a.try_iter()?.chain(b.try_iter()?).collect());
    }
    if !a.is_number() || !b.is_number() {
        return Err(invalid("these values can be neither added nor subtracted"));
    }
    if a.is_integer() && b.is_integer() {
        let (a, b) = (i128::try_from(a.clone())?, i128::try_from(b.clone())?);
        let sum = if adds {
            a.checked_add(b)
        } else {
            a.checked_sub(b)
        };
        return sum
            .map(minijinja::Value::from)
            .ok_or_else(|| invalid("the number is too large"));
    }
    let (a, b) = (f64::try_from(a.clone())?, f64::try_from(b.clone())?);
    Ok(minijinja::Value::from(if adds { a + b } else { a - b }))
}

/// `urllib.parse.quote`: all but letters, digits, `_.-~` and what is named.
pub(super) fn quote(text: &str, safe: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        let c = char::from(byte);
        if c.is_ascii_alphanumeric() || "_.-~".contains(c) || safe.contains(c) {
            out.push(c);
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// `urllib.parse.quote_plus`.
pub(super) fn quote_plus(text: &str) -> String {
    quote(text, " ").replace(' ', "+")
}

/// `repr(value)` of a template's value.
pub(super) fn repr_of(value: &minijinja::Value) -> String {
    let mut out = String::new();
    write_value(&mut out, value, 0);
    out
}

/// `str(value)` of a template's value.
pub(super) fn str_of(value: &minijinja::Value) -> String {
    if let Some(text) = value.as_str() {
        return text.to_owned();
    }
    repr_of(value)
}

/// `repr(number)` of a float: the shortest digits, always with a point or an exponent.
pub(crate) fn float(number: f64) -> String {
    if number.is_nan() {
        return "nan".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let magnitude = number.abs();
    if magnitude != 0.0 && !(1e-4..1e16).contains(&magnitude) {
        // Rust writes 1e16 and 1.5e-7 where Python writes 1e+16 and 1.5e-07.
        let text = format!("{number:e}");
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let (sign, exponent) = match exponent.strip_prefix('-') {
            Some(exponent) => ('-', exponent),
            None => ('+', exponent),
        };
        return format!("{digits}e{sign}{exponent:0>2}");
    }
    if number.fract() == 0.0 {
        format!("{number:.1}")
    } else {
        number.to_string()
    }
}

fn write_repr(out: &mut String, value: &Value) {
    match value {
        Value::Null => out.push_str("None"),
        Value::Bool(true) => out.push_str("True"),
        Value::Bool(false) => out.push_str("False"),
        Value::Number(number) => out.push_str(&number_text(number)),
        Value::String(text) => write_quoted(out, text),
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                out.push_str(if index == 0 { "" } else { ", " });
                write_repr(out, item);
            }
            out.push(']');
        }
        Value::Object(map) => {
            out.push('{');
            for (index, (key, item)) in map.iter().enumerate() {
                out.push_str(if index == 0 { "" } else { ", " });
                write_quoted(out, key);
                out.push_str(": ");
                write_repr(out, item);
            }
            out.push('}');
        }
    }
}

fn number_text(number: &Number) -> String {
    match number.as_f64() {
        Some(float_value) if number.is_f64() => float(float_value),
        _ => number.to_string(),
    }
}

/// What is nested deeper is not printed.
const MAX_DEPTH: usize = 100;

fn write_value(out: &mut String, value: &minijinja::Value, depth: usize) {
    if depth > MAX_DEPTH {
        out.push_str("...");
        return;
    }
    match value.kind() {
        ValueKind::Undefined => out.push_str("Undefined"),
        ValueKind::None => out.push_str("None"),
        ValueKind::Bool => out.push_str(if value.is_true() { "True" } else { "False" }),
        ValueKind::Number if !value.is_integer() => match f64::try_from(value.clone()) {
            Ok(number) => out.push_str(&float(number)),
            Err(_) => push(out, value),
        },
        ValueKind::String => match value.as_str() {
            Some(text) => write_quoted(out, text),
            None => push(out, value),
        },
        ValueKind::Seq if value.is_tuple() => {
            out.push('(');
            for (index, item) in value.try_iter().into_iter().flatten().enumerate() {
                out.push_str(if index == 0 { "" } else { ", " });
                write_value(out, &item, depth + 1);
            }
            out.push_str(if value.len() == Some(1) { ",)" } else { ")" });
        }
        ValueKind::Seq | ValueKind::Iterable => {
            out.push('[');
            for (index, item) in value.try_iter().into_iter().flatten().enumerate() {
                out.push_str(if index == 0 { "" } else { ", " });
                write_value(out, &item, depth + 1);
            }
            out.push(']');
        }
        ValueKind::Map => {
            out.push('{');
            for (index, key) in value.try_iter().into_iter().flatten().enumerate() {
                out.push_str(if index == 0 { "" } else { ", " });
                write_value(out, &key, depth + 1);
                out.push_str(": ");
                write_value(out, &value.get_item(&key).unwrap_or_default(), depth + 1);
            }
            out.push('}');
        }
        _ => push(out, value),
    }
}

fn push(out: &mut String, value: &minijinja::Value) {
    // Writing to a String cannot fail.
    let _ = write!(out, "{value}");
}

/// Single quotes, unless the text holds some and no double ones.
fn write_quoted(out: &mut String, text: &str) {
    let mark = if text.contains('\'') && !text.contains('"') {
        '"'
    } else {
        '\''
    };
    out.push(mark);
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c == mark => {
                out.push('\\');
                out.push(c);
            }
            c if u32::from(c) < 0x20 || u32::from(c) == 0x7f => {
                let _ = write!(out, "\\x{:02x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push(mark);
}
