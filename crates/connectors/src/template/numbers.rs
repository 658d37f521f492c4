//! The filters `int` and `float`, which answer a default instead of failing.

use minijinja::value::{Kwargs, ValueKind};
use minijinja::{Environment, Error, ErrorKind, Value};

pub(super) fn add_to(environment: &mut Environment<'static>) {
    environment.add_filter("int", int);
    environment.add_filter("float", float);
}

fn int(
    value: &Value,
    default: Option<Value>,
    base: Option<u32>,
    kwargs: Kwargs,
) -> Result<Value, Error> {
    let default = default.or(kwargs.get("default")?).unwrap_or(Value::from(0));
    let base = base.or(kwargs.get("base")?).unwrap_or(10);
    kwargs.assert_all_used()?;
    let read = match value.kind() {
        ValueKind::Undefined => return Err(Error::from(ErrorKind::UndefinedError)),
        ValueKind::Bool => Some(Value::from(i32::from(value.is_true()))),
        ValueKind::Number if value.is_integer() => Some(value.clone()),
        ValueKind::Number => f64::try_from(value.clone()).ok().and_then(whole),
        ValueKind::String => value.as_str().and_then(|text| {
            integer(text.trim(), base).or_else(|| text.trim().parse().ok().and_then(whole))
        }),
        _ => None,
    };
    Ok(read.unwrap_or(default))
}

fn float(value: &Value, default: Option<Value>, kwargs: Kwargs) -> Result<Value, Error> {
    let default = default
        .or(kwargs.get("default")?)
        .unwrap_or(Value::from(0.0));
    kwargs.assert_all_used()?;
    let read = match value.kind() {
        ValueKind::Undefined => return Err(Error::from(ErrorKind::UndefinedError)),
        ValueKind::Bool => Some(f64::from(u8::from(value.is_true()))),
        ValueKind::Number => f64::try_from(value.clone()).ok(),
        ValueKind::String => value.as_str().and_then(|text| text.trim().parse().ok()),
        _ => None,
    };
    Ok(read.map_or(default, Value::from))
}

fn integer(text: &str, base: u32) -> Option<Value> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let lower = digits.to_ascii_lowercase();
    let prefix = match base {
        2 => "0b",
        8 => "0o",
        16 => "0x",
        _ => "",
    };
    let digits = lower
        .strip_prefix(prefix)
        .unwrap_or(&lower)
        .replace('_', "");
    if !(2..=36).contains(&base) || digits.starts_with(['-', '+']) {
        return None;
    }
    let number = i128::from_str_radix(&digits, base).ok()?;
    Some(Value::from(number * sign))
}

/// Towards zero.
fn whole(number: f64) -> Option<Value> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the whole part is asked for, and its size is looked at"
    )]
    (number.abs() < 1e30).then(|| Value::from(number.trunc() as i128))
}
