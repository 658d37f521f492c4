//! Reads moments by a format.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime, Utc};

use super::iso::{offset, zoned};
use super::{MONTHS, Moment, WEEKDAYS};

/// By the manifest language's rules: codes of its own for epochs, otherwise Python's `strptime`.
/// Without an offset in the text the moment is in UTC.
pub(crate) fn parse(text: &str, format: &str) -> Option<Moment> {
    let moment = match format {
        "%s" => DateTime::<Utc>::from_timestamp(text.trim().parse().ok()?, 0)?,
        "%ms" => DateTime::from_timestamp_millis(text.trim().parse().ok()?)?,
        "%epoch_microseconds" => DateTime::from_timestamp_micros(text.trim().parse().ok()?)?,
        "%s_as_float" => {
            let seconds: f64 = text.trim().parse().ok()?;
            let micros = (seconds * 1_000_000.0).round();
            if !micros.is_finite() || micros.abs() > 9.0e18 {
                return None;
            }
            #[expect(clippy::cast_possible_truncation, reason = "checked above")]
            DateTime::from_timestamp_micros(micros as i64)?
        }
        _ => return strptime(text, format),
    };
    Some(moment.fixed_offset())
}

#[derive(Default)]
struct Parts {
    year: Option<i32>,
    month: Option<u32>,
    day: Option<u32>,
    ordinal: Option<u32>,
    hour: u32,
    is_twelve_hours: bool,
    is_afternoon: bool,
    minute: u32,
    second: u32,
    micros: u32,
    offset: Option<FixedOffset>,
    timestamp: Option<i64>,
}

fn strptime(text: &str, format: &str) -> Option<Moment> {
    let mut parts = Parts::default();
    let mut rest = text;
    let mut codes = format.chars();
    while let Some(c) = codes.next() {
        if c.is_whitespace() {
            let trimmed = rest.trim_start();
            if trimmed.len() == rest.len() {
                return None;
            }
            rest = trimmed;
        } else if c != '%' {
            rest = rest.strip_prefix(c)?;
        } else if let Some(tail) = codes.as_str().strip_prefix("_ms") {
            codes = tail.chars();
            rest = parts.directive('f', rest)?;
        } else {
            rest = parts.directive(codes.next()?, rest)?;
        }
    }
    if rest.is_empty() {
        parts.moment()
    } else {
        None
    }
}

impl Parts {
    fn directive<'t>(&mut self, code: char, text: &'t str) -> Option<&'t str> {
        match code {
            'Y' => {
                let (year, rest) = number(text, 4, 4)?;
                self.year = i32::try_from(year).ok();
                Some(rest)
            }
            'y' => {
                let (year, rest) = number(text, 2, 2)?;
                self.year = i32::try_from(if year < 69 { 2000 + year } else { 1900 + year }).ok();
                Some(rest)
            }
            'm' => take(text, 2, |month| self.month = Some(month)),
            'd' | 'e' => take(text.strip_prefix(' ').unwrap_or(text), 2, |day| {
                self.day = Some(day)
            }),
            'H' => take(text, 2, |hour| self.hour = hour),
            'I' => {
                self.is_twelve_hours = true;
                take(text, 2, |hour| self.hour = hour)
            }
            'M' => take(text, 2, |minute| self.minute = minute),
            'S' => take(text, 2, |second| self.second = second),
            'j' => take(text, 3, |ordinal| self.ordinal = Some(ordinal)),
            'w' | 'u' => take(text, 1, |_| {}),
            'U' | 'W' => take(text, 2, |_| {}),
            'f' => {
                let (value, rest) = number(text, 1, 6)?;
                let width = u32::try_from(text.len() - rest.len()).ok()?;
                self.micros = value * 10_u32.pow(6 - width);
                Some(rest)
            }
            'p' => {
                let word = text.get(..2)?;
                self.is_afternoon = match word.to_ascii_uppercase().as_str() {
                    "AM" => false,
                    "PM" => true,
                    _ => return None,
                };
                Some(&text[2..])
            }
            'b' | 'h' => self.month_name(text, 3),
            'B' => self.month_name(text, usize::MAX),
            'a' => name(text, &WEEKDAYS, 3).map(|(_, rest)| rest),
            'A' => name(text, &WEEKDAYS, usize::MAX).map(|(_, rest)| rest),
            'z' => self.zone(text),
            'Z' => {
                let rest = ["UTC", "GMT"]
                    .iter()
                    .find_map(|zone| text.strip_prefix(zone));
                Some(rest.unwrap_or(text))
            }
            's' => {
                let end = text
                    .find(|c: char| !c.is_ascii_digit() && c != '-')
                    .unwrap_or(text.len());
                self.timestamp = Some(text[..end].parse().ok()?);
                Some(&text[end..])
            }
            '%' => text.strip_prefix('%'),
            'c' => self.all(text, "%a %b %d %H:%M:%S %Y"),
            'x' => self.all(text, "%m/%d/%y"),
            'X' | 'T' => self.all(text, "%H:%M:%S"),
            _ => None,
        }
    }

    fn all<'t>(&mut self, mut text: &'t str, format: &str) -> Option<&'t str> {
        let mut codes = format.chars();
        while let Some(c) = codes.next() {
            text = match c {
                '%' => self.directive(codes.next()?, text)?,
                ' ' => text.trim_start(),
                other => text.strip_prefix(other)?,
            };
        }
        Some(text)
    }

    fn month_name<'t>(&mut self, text: &'t str, length: usize) -> Option<&'t str> {
        let (index, rest) = name(text, &MONTHS, length)?;
        self.month = u32::try_from(index + 1).ok();
        Some(rest)
    }

    fn zone<'t>(&mut self, text: &'t str) -> Option<&'t str> {
        let bytes = text.as_bytes();
        let length = match bytes.first()? {
            b'Z' | b'z' => 1,
            _ if bytes.get(3) == Some(&b':') && bytes.get(6) == Some(&b':') => 9,
            _ if bytes.get(3) == Some(&b':') => 6,
            _ => 5,
        };
        self.offset = Some(offset(text.get(..length)?)?);
        Some(&text[length..])
    }

    fn moment(self) -> Option<Moment> {
        if let Some(seconds) = self.timestamp {
            return Some(DateTime::<Utc>::from_timestamp(seconds, 0)?.fixed_offset());
        }
        let year = self.year.unwrap_or(1900);
        let date = match self.ordinal {
            Some(ordinal) if self.month.is_none() => NaiveDate::from_yo_opt(year, ordinal)?,
            _ => NaiveDate::from_ymd_opt(year, self.month.unwrap_or(1), self.day.unwrap_or(1))?,
        };
        let hour = match (self.is_twelve_hours, self.hour, self.is_afternoon) {
            (false, hour, _) => hour,
            (true, 1..=11, false) => self.hour,
            (true, 1..=11, true) => self.hour + 12,
            (true, 12, afternoon) => {
                if afternoon {
                    12
                } else {
                    0
                }
            }
            (true, ..) => return None,
        };
        let time = NaiveTime::from_hms_micro_opt(hour, self.minute, self.second, self.micros)?;
        zoned(
            date.and_time(time),
            self.offset.unwrap_or(FixedOffset::east_opt(0)?),
        )
    }
}

fn take(text: &str, max: usize, set: impl FnOnce(u32)) -> Option<&str> {
    let (value, rest) = number(text, 1, max)?;
    set(value);
    Some(rest)
}

fn number(text: &str, min: usize, max: usize) -> Option<(u32, &str)> {
    let width = text
        .bytes()
        .take(max)
        .take_while(u8::is_ascii_digit)
        .count();
    if width < min {
        return None;
    }
    Some((text[..width].parse().ok()?, &text[width..]))
}

fn name<'t>(text: &'t str, names: &[&str], length: usize) -> Option<(usize, &'t str)> {
    names.iter().enumerate().find_map(|(index, name)| {
        let name = &name[..length.min(name.len())];
        let head = text.get(..name.len())?;
        head.eq_ignore_ascii_case(name)
            .then(|| (index, &text[name.len()..]))
    })
}
