//! What comes before what. Python refuses to compare a number with a text, or anything with None.

use std::cmp::Ordering;

use minijinja::value::ValueKind;
use minijinja::{Environment, Error, ErrorKind, State, Value};

use super::dates::{Date, Length};
use super::weight::pay;

pub(super) fn add_to(environment: &mut Environment<'static>) {
    environment.add_filter("__lt", |state: &State, a: &Value, b: &Value| {
        order(state, a, b).map(Ordering::is_lt)
    });
    environment.add_filter("__le", |state: &State, a: &Value, b: &Value| {
        order(state, a, b).map(Ordering::is_le)
    });
    environment.add_filter("__gt", |state: &State, a: &Value, b: &Value| {
        order(state, a, b).map(Ordering::is_gt)
    });
    environment.add_filter("__ge", |state: &State, a: &Value, b: &Value| {
        order(state, a, b).map(Ordering::is_ge)
    });
}

/// The order of two values.
///
/// # Errors
/// When one of them is undefined, or they have none.
pub(super) fn order(state: &State, a: &Value, b: &Value) -> Result<Ordering, Error> {
    match (a.kind(), b.kind()) {
        (ValueKind::Undefined, _) | (_, ValueKind::Undefined) => {
            return Err(Error::from(ErrorKind::UndefinedError));
        }
        (ValueKind::Number, ValueKind::Number) | (ValueKind::String, ValueKind::String) => {
            return Ok(a.cmp(b));
        }
        (ValueKind::Seq, ValueKind::Seq) => {
            pay(state, a)?;
            pay(state, b)?;
            return Ok(a.cmp(b));
        }
        (ValueKind::Bool, ValueKind::Number | ValueKind::Bool)
        | (ValueKind::Number, ValueKind::Bool) => return Ok(number(a).cmp(&number(b))),
        _ => {}
    }
    let (left, right) = (
        a.downcast_object_ref::<Date>(),
        b.downcast_object_ref::<Date>(),
    );
    if let (Some(left), Some(right)) = (left, right)
        && left.has_time == right.has_time
    {
        return Ok(left.at.cmp(&right.at));
    }
    let (left, right) = (
        a.downcast_object_ref::<Length>(),
        b.downcast_object_ref::<Length>(),
    );
    if let (Some(Length(left)), Some(Length(right))) = (left, right) {
        return Ok((left.months, left.time).cmp(&(right.months, right.time)));
    }
    Err(Error::new(
        ErrorKind::InvalidOperation,
        format!("cannot compare {} with {}", name(a), name(b)),
    ))
}

/// A truth value as the number that it is in Python.
fn number(value: &Value) -> Value {
    match value.kind() {
        ValueKind::Bool => Value::from(i32::from(value.is_true())),
        _ => value.clone(),
    }
}

fn name(value: &Value) -> &'static str {
    match value.kind() {
        ValueKind::None => "None",
        ValueKind::Bool => "a truth value",
        ValueKind::Number => "a number",
        ValueKind::String => "a text",
        ValueKind::Seq | ValueKind::Iterable => "a list",
        ValueKind::Map => "a mapping",
        _ => "a value of another kind",
    }
}
