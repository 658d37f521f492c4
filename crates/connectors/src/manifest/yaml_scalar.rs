//! What a plain (unquoted) YAML 1.1 scalar means.

use serde_json::{Number, Value};

/// The value of a plain scalar. Dates stay texts, for that is what templates and schemas expect.
pub(super) fn resolve_plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Value::Bool(true),
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Value::Bool(false)
        }
        _ if text.starts_with(|first: char| first.is_ascii_digit() || "+-.".contains(first)) => {
            integer(text)
                .map(Value::from)
                .or_else(|| float(text).and_then(Number::from_f64).map(Value::Number))
                .unwrap_or_else(|| Value::String(text.to_owned()))
        }
        _ => Value::String(text.to_owned()),
    }
}

/// `0b101`, `0x1F`, `017` (octal), `1_000`, and minutes and seconds to the base 60.
fn integer(text: &str) -> Option<i64> {
    let (sign, digits) = match text.as_bytes().first()? {
        b'-' => (-1, &text[1..]),
        b'+' => (1, &text[1..]),
        _ => (1, text),
    };
    if !digits.starts_with(|first: char| first.is_ascii_digit()) {
        return None;
    }
    let digits = digits.replace('_', "");
    let value = if digits == "0" {
        0
    } else if let Some(binary) = digits.strip_prefix("0b") {
        i64::from_str_radix(unsigned(binary)?, 2).ok()?
    } else if let Some(hexadecimal) = digits.strip_prefix("0x") {
        i64::from_str_radix(unsigned(hexadecimal)?, 16).ok()?
    } else if let Some(octal) = digits.strip_prefix('0') {
        i64::from_str_radix(unsigned(octal)?, 8).ok()?
    } else if digits.contains(':') {
        base_sixty(&digits)?
    } else {
        unsigned(&digits)?.parse().ok()?
    };
    Some(sign * value)
}

fn base_sixty(digits: &str) -> Option<i64> {
    let mut parts = digits.split(':');
    let mut value: i64 = unsigned(parts.next()?)?.parse().ok()?;
    for part in parts {
        if part.is_empty() || part.len() > 2 {
            return None;
        }
        let part: i64 = unsigned(part)?.parse().ok().filter(|part| *part < 60)?;
        value = value.checked_mul(60)?.checked_add(part)?;
    }
    Some(value)
}

/// A float of YAML 1.1 has a point, and an exponent has a sign: `1e5` is a text.
fn float(text: &str) -> Option<f64> {
    let plain = text.replace('_', "");
    let (mantissa, exponent) = match plain.find(['e', 'E']) {
        Some(at) => (&plain[..at], Some(&plain[at + 1..])),
        None => (plain.as_str(), None),
    };
    let is_exponent = exponent.is_none_or(|exponent| {
        exponent.strip_prefix(['+', '-']).is_some_and(|digits| {
            !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
        })
    });
    let body = mantissa.strip_prefix(['+', '-']).unwrap_or(mantissa);
    let is_mantissa = body.matches('.').count() == 1
        && body.len() > 1
        && body
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.');
    if is_mantissa && is_exponent {
        plain.parse().ok()
    } else {
        None
    }
}

/// Digits only: the parsers of the standard library take a sign as well.
fn unsigned(digits: &str) -> Option<&str> {
    digits
        .starts_with(|first: char| first.is_ascii_alphanumeric())
        .then_some(digits)
}
