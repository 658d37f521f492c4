//! Dates and durations as values with methods.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use chrono::{Datelike, Duration, NaiveTime, Timelike, Utc};
use minijinja::value::{DynObject, Enumerator, Kwargs, Object, ObjectRepr, from_args};
use minijinja::{Environment, Error, ErrorKind, State, Value};

use crate::datetime::{IsoDuration, Moment, strftime};

/// A date, with or without a time of the day.
#[derive(Debug, Clone, Copy)]
pub(super) struct Date {
    pub(super) at: Moment,
    pub(super) has_time: bool,
}

/// Seconds of a day.
const DAY: i64 = 86_400;

/// A length of time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Length(pub(super) IsoDuration);

pub(super) fn add_to(environment: &mut Environment<'static>) {
    environment.add_filter("__plus", |a: &Value, b: &Value| combine(a, b, true));
    environment.add_filter("__minus", |a: &Value, b: &Value| combine(a, b, false));
}

/// `a + b` and `a - b` where dates may be among them.
fn combine(a: &Value, b: &Value, adds: bool) -> Result<Value, Error> {
    if a.is_undefined() || b.is_undefined() {
        return Err(Error::from(ErrorKind::UndefinedError));
    }
    let is_ours = |value: &Value| {
        value.downcast_object_ref::<Date>().is_some()
            || value.downcast_object_ref::<Length>().is_some()
    };
    if !is_ours(a) && !is_ours(b) {
        return super::python::sum(a, b, adds);
    }
    match (
        a.downcast_object_ref::<Date>(),
        b.downcast_object_ref::<Date>(),
    ) {
        (Some(a), Some(b)) if !adds && a.has_time == b.has_time => {
            Ok(Value::from_object(Length(IsoDuration {
                months: 0,
                time: a.at.signed_duration_since(b.at),
            })))
        }
        (None, Some(_)) if adds => shift(b, a, true),
        _ => shift(a, b, adds),
    }
}

fn shift(date: &Value, length: &Value, forward: bool) -> Result<Value, Error> {
    let Some(Length(length)) = length.downcast_object_ref::<Length>().copied() else {
        return Err(invalid("a duration can only be added to a date"));
    };
    if let Some(date) = date.downcast_object_ref::<Date>() {
        let length = match date.has_time {
            true => length,
            // A date moves by whole days, rounded down before the sign is applied.
            false => IsoDuration {
                months: length.months,
                time: Duration::days(length.time.num_seconds().div_euclid(DAY)),
            },
        };
        let at = if forward {
            length.after(date.at)
        } else {
            length.before(date.at)
        };
        let at = at.ok_or_else(|| invalid("the date is out of range"))?;
        return Ok(Value::from_object(Date { at, ..*date }));
    }
    if let Some(Length(other)) = date.downcast_object_ref::<Length>() {
        let sign = if forward { 1 } else { -1 };
        let months = other.months + length.months * i64::from(sign);
        return Ok(Value::from_object(Length(IsoDuration {
            months,
            time: other.time + length.time * sign,
        })));
    }
    Err(invalid(
        "a duration can only be added to a date or a duration",
    ))
}

pub(super) fn invalid(message: &'static str) -> Error {
    Error::new(ErrorKind::InvalidOperation, message)
}

impl Date {
    /// With some of its parts set.
    fn replace(&self, parts: &Kwargs) -> Result<Self, Error> {
        let mut date = self.at.date_naive();
        let mut time = self.at.time();
        let part = |name: &str| parts.get::<Option<u32>>(name);
        let out = || invalid("the date has no such part");
        // The day goes first to where every month has it, and last to where it shall be.
        let day = part("day")?.unwrap_or_else(|| date.day());
        date = date.with_day(1).ok_or_else(out)?;
        if let Some(year) = parts.get::<Option<i32>>("year")? {
            date = date.with_year(year).ok_or_else(out)?;
        }
        if let Some(month) = part("month")? {
            date = date.with_month(month).ok_or_else(out)?;
        }
        date = date.with_day(day).ok_or_else(out)?;
        if let Some(hour) = part("hour")? {
            time = time.with_hour(hour).ok_or_else(out)?;
        }
        if let Some(minute) = part("minute")? {
            time = time.with_minute(minute).ok_or_else(out)?;
        }
        if let Some(second) = part("second")? {
            time = time.with_second(second).ok_or_else(out)?;
        }
        if let Some(micros) = part("microsecond")? {
            let nanos = micros
                .checked_mul(1000)
                .filter(|nanos| *nanos < 1_000_000_000);
            time = time
                .with_nanosecond(nanos.ok_or_else(out)?)
                .ok_or_else(out)?;
        }
        parts.assert_all_used()?;
        let at = date.and_time(time).and_local_timezone(*self.at.offset());
        let at = at.single().ok_or_else(out)?;
        Ok(Self { at, ..*self })
    }
}

impl Object for Date {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        Some(match key.as_str()? {
            "year" => Value::from(self.at.year()),
            "month" => Value::from(self.at.month()),
            "day" => Value::from(self.at.day()),
            "hour" => Value::from(self.at.hour()),
            "minute" => Value::from(self.at.minute()),
            "second" => Value::from(self.at.second()),
            "microsecond" => Value::from(self.at.nanosecond() / 1000 % 1_000_000),
            _ => return None,
        })
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::NonEnumerable
    }

    fn call_method(
        self: &Arc<Self>,
        _: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        match method {
            "strftime" => {
                let (format,): (String,) = from_args(args)?;
                Ok(Value::from(strftime(&self.at, &format)))
            }
            "isoformat" => {
                let () = from_args(args)?;
                Ok(Value::from(self.to_string().replacen(' ', "T", 1)))
            }
            "timestamp" => {
                let () = from_args(args)?;
                #[expect(
                    clippy::cast_precision_loss,
                    reason = "that is what a float of seconds is"
                )]
                Ok(Value::from(self.at.timestamp_micros() as f64 / 1_000_000.0))
            }
            "date" => {
                let () = from_args(args)?;
                let midnight = self.at.with_time(NaiveTime::MIN).single();
                Ok(Value::from_object(Date {
                    at: midnight.unwrap_or(self.at),
                    has_time: false,
                }))
            }
            "replace" => {
                let (kwargs,): (Kwargs,) = from_args(args)?;
                Ok(Value::from_object(self.replace(&kwargs)?))
            }
            "weekday" => Ok(Value::from(self.at.weekday().num_days_from_monday())),
            "isoweekday" => Ok(Value::from(self.at.weekday().number_from_monday())),
            "astimezone" => Ok(Value::from_object(Date {
                at: self.at.with_timezone(&Utc).fixed_offset(),
                has_time: true,
            })),
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        Some(self.at.cmp(&other.downcast_ref::<Self>()?.at))
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl fmt::Display for Date {
    /// As Python prints it: no fraction when it is zero.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let format = match (self.has_time, self.at.nanosecond() / 1000) {
            (false, _) => "%Y-%m-%d",
            (true, 0) => "%Y-%m-%d %H:%M:%S",
            (true, _) => "%Y-%m-%d %H:%M:%S.%f",
        };
        f.write_str(&strftime(&self.at, format))?;
        if self.has_time {
            let minutes = self.at.offset().local_minus_utc() / 60;
            let sign = if minutes < 0 { '-' } else { '+' };
            write!(
                f,
                "{sign}{:02}:{:02}",
                minutes.abs() / 60,
                minutes.abs() % 60
            )?;
        }
        Ok(())
    }
}

impl Object for Length {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn call_method(
        self: &Arc<Self>,
        _: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        if method != "total_seconds" {
            return Err(Error::from(ErrorKind::UnknownMethod));
        }
        let () = from_args(args)?;
        #[expect(
            clippy::cast_precision_loss,
            reason = "that is what a float of seconds is"
        )]
        Ok(Value::from(self.0.time.num_milliseconds() as f64 / 1000.0))
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let seconds = self.0.time.num_seconds();
        Some(match key.as_str()? {
            "days" => Value::from(seconds.div_euclid(DAY)),
            "seconds" => Value::from(seconds.rem_euclid(DAY)),
            "microseconds" => Value::from(self.0.time.subsec_nanos() / 1000),
            "months" if self.0.months != 0 => Value::from(self.0.months % 12),
            "years" if self.0.months != 0 => Value::from(self.0.months / 12),
            _ => return None,
        })
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        let other = other.downcast_ref::<Self>()?;
        Some((self.0.months, self.0.time).cmp(&(other.0.months, other.0.time)))
    }

    /// As Python prints it: `1 day, 2:03:04`.
    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.time.num_seconds();
        let (days, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
        match (self.0.months / 12, self.0.months % 12) {
            (0, 0) => {}
            (years, months) => {
                if years != 0 {
                    write!(f, "{years} years, ")?;
                }
                match months {
                    0 => {}
                    1 => write!(f, "1 month, ")?,
                    months => write!(f, "{months} months, ")?,
                }
            }
        }
        match days {
            0 => {}
            1 | -1 => write!(f, "{days} day, ")?,
            _ => write!(f, "{days} days, ")?,
        }
        write!(f, "{}:{:02}:{:02}", rest / 3600, rest / 60 % 60, rest % 60)
    }
}
