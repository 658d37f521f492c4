//! The functions that templates can call.

use std::cmp::Ordering;

use chrono::{Duration, NaiveTime, Utc};
use minijinja::value::{Kwargs, Rest, Serde};
use minijinja::{Environment, Error, ErrorKind, State, Value};

use super::compare::order;
use super::dates::{Date, Length, invalid};
use super::weight::pay;
use crate::datetime::{IsoDuration, Moment, format, parse, parse_iso, strftime};

/// The name under which a context tells what time it is.
pub(super) const NOW: &str = "__now";

pub(super) fn add_to(environment: &mut Environment<'static>) {
    environment.add_function("now_utc", |state: &State| -> Result<Value, Error> {
        Ok(Value::from_object(Date {
            at: now(state)?,
            has_time: true,
        }))
    });
    environment.add_function("today_utc", |state: &State| -> Result<Value, Error> {
        let now = now(state)?;
        let at = now.with_time(NaiveTime::MIN).single().unwrap_or(now);
        Ok(Value::from_object(Date {
            at,
            has_time: false,
        }))
    });
    environment.add_function("today_with_timezone", today_with_timezone);
    environment.add_function("day_delta", day_delta);
    environment.add_function("duration", duration);
    environment.add_function("format_datetime", format_datetime);
    environment.add_function("str_to_datetime", |text: String| -> Result<Value, Error> {
        Ok(Value::from_object(Date {
            at: utc(&text)?,
            has_time: true,
        }))
    });
    environment.add_function("timestamp", timestamp);
    environment.add_function("max", |state: &State, values: Rest<Value>| {
        choose(state, &values, Ordering::Greater)
    });
    environment.add_function("min", |state: &State, values: Rest<Value>| {
        choose(state, &values, Ordering::Less)
    });
    environment.add_function("sanitize_url", |text: &Value| -> Result<String, Error> {
        let text = text
            .as_str()
            .ok_or_else(|| invalid("sanitize_url() takes a text"))?;
        Ok(super::python::quote_plus(text))
    });
    environment.add_function("json_loads", |text: String| -> Result<Value, Error> {
        let value: serde_json::Value =
            serde_json::from_str(&text).map_err(|_| invalid("json_loads() takes a JSON text"))?;
        Ok(Value::from(Serde(value)))
    });
    environment.add_function("generate_uuid", || uuid::Uuid::new_v4().to_string());
    environment.add_function("camel_case_to_snake_case", |text: String| snake_case(&text));
}

fn now(state: &State) -> Result<Moment, Error> {
    state
        .lookup(NOW)
        .and_then(|now| now.as_i64())
        .and_then(chrono::DateTime::<Utc>::from_timestamp_micros)
        .map(|now| now.fixed_offset())
        .ok_or_else(|| invalid("the time is not known here"))
}

fn today_with_timezone(state: &State, zone: &str) -> Result<Value, Error> {
    let zone: chrono_tz::Tz = zone
        .parse()
        .map_err(|_| invalid("today_with_timezone() takes a time zone, as Europe/Berlin"))?;
    let today = now(state)?.with_timezone(&zone).date_naive();
    Ok(Value::from_object(Date {
        at: today.and_time(NaiveTime::MIN).and_utc().fixed_offset(),
        has_time: false,
    }))
}

fn day_delta(
    state: &State,
    days: Option<i64>,
    format: Option<String>,
    kwargs: Kwargs,
) -> Result<String, Error> {
    let days = match days {
        Some(days) => days,
        None => kwargs.get("num_days")?,
    };
    let format = match format {
        Some(format) => format,
        None => kwargs
            .get::<Option<String>>("format")?
            .unwrap_or_else(|| "%Y-%m-%dT%H:%M:%S.%f%z".to_owned()),
    };
    kwargs.assert_all_used()?;
    let then = Duration::try_days(days).and_then(|days| now(state).ok()?.checked_add_signed(days));
    then.map(|then| strftime(&then, &format))
        .ok_or_else(|| invalid("the date is out of range"))
}

fn duration(text: String) -> Result<Value, Error> {
    let length = IsoDuration::parse(&text).ok_or_else(|| {
        Error::new(
            ErrorKind::InvalidOperation,
            "duration() takes an ISO 8601 duration, as P1D",
        )
    })?;
    Ok(Value::from_object(Length(length)))
}

fn format_datetime(
    date: Value,
    output: String,
    input: Option<String>,
    kwargs: Kwargs,
) -> Result<String, Error> {
    let input = match input {
        Some(input) => Some(input),
        None => kwargs.get::<Option<String>>("input_format")?,
    };
    kwargs.assert_all_used()?;
    if let Some(date) = date.downcast_object_ref::<Date>() {
        return Ok(strftime(&date.at, &output));
    }
    let unreadable = || invalid("format_datetime() cannot read the date");
    let moment = if let Some(text) = date.as_str() {
        match input {
            Some(input) => parse(text, &input).ok_or_else(unreadable)?,
            None => utc(text)?,
        }
    } else if date.is_number() {
        let text = super::python::str_of(&date);
        parse(
            &text,
            input.as_deref().unwrap_or(if date.is_integer() {
                "%s"
            } else {
                "%s_as_float"
            }),
        )
        .ok_or_else(unreadable)?
    } else {
        return Err(unreadable());
    };
    Ok(format(&moment, &output))
}

fn timestamp(date: Value) -> Result<Value, Error> {
    if let Some(text) = date.as_str() {
        #[expect(
            clippy::cast_precision_loss,
            reason = "that is what a float of seconds is"
        )]
        return Ok(Value::from(
            utc(text)?.timestamp_micros() as f64 / 1_000_000.0,
        ));
    }
    if date.is_integer() {
        return Ok(date);
    }
    let number = f64::try_from(date)?;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the whole seconds are asked for"
    )]
    Ok(Value::from(number as i64))
}

fn utc(text: &str) -> Result<Moment, Error> {
    parse_iso(text)
        .map(|moment| moment.with_timezone(&Utc).fixed_offset())
        .ok_or_else(|| invalid("the date is not in ISO 8601"))
}

/// Of several arguments, or of the items of one.
fn choose(state: &State, values: &[Value], wanted: Ordering) -> Result<Value, Error> {
    let items = match values {
        [one] => {
            pay(state, one)?;
            one.try_iter()?.collect()
        }
        several => several.to_vec(),
    };
    let mut items = items.into_iter();
    let first = items
        .next()
        .ok_or_else(|| invalid("max() and min() need something to choose from"))?;
    items.try_fold(first, |best, next| {
        let is_better = order(state, &next, &best)? == wanted;
        Ok(if is_better { next } else { best })
    })
}

fn snake_case(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for (at, c) in text.char_indices() {
        if at > 0 && c.is_ascii_uppercase() {
            out.push('_');
        }
        out.extend(c.to_lowercase());
    }
    out
}
