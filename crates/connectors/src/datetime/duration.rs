//! ISO 8601 durations, which follow the calendar: a month is not a number of days.

use chrono::{Datelike, Duration, Months};

use super::Moment;

/// Months by the calendar, and a length of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct IsoDuration {
    pub(crate) months: i64,
    pub(crate) time: Duration,
}

impl IsoDuration {
    /// Reads `P1Y2M3W4DT5H6M7.8S`, with an optional sign.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (sign, body) = match text.as_bytes().first()? {
            b'-' => (-1, &text[1..]),
            b'+' => (1, &text[1..]),
            _ => (1, text),
        };
        let body = body.strip_prefix('P')?;
        let (date, time) = match body.split_once('T') {
            Some((_, "")) => return None,
            Some((date, time)) => (date, time),
            None => (body, ""),
        };
        if date.is_empty() && time.is_empty() {
            return None;
        }
        let mut duration = Self {
            months: 0,
            time: Duration::zero(),
        };
        for (amount, unit) in parts(date)? {
            match unit {
                'Y' => duration.months += whole(amount)?.checked_mul(12)?,
                'M' => duration.months += whole(amount)?,
                'W' => duration.add_seconds(amount, 7 * 86_400)?,
                'D' => duration.add_seconds(amount, 86_400)?,
                _ => return None,
            }
        }
        for (amount, unit) in parts(time)? {
            match unit {
                'H' => duration.add_seconds(amount, 3600)?,
                'M' => duration.add_seconds(amount, 60)?,
                'S' => duration.add_seconds(amount, 1)?,
                _ => return None,
            }
        }
        Some(Self {
            months: duration.months * sign,
            time: duration.time * i32::try_from(sign).ok()?,
        })
    }

    pub(crate) fn is_zero(self) -> bool {
        self.months == 0 && self.time.is_zero()
    }

    /// The moment later by this; the last day of a shorter month stands for days that it lacks.
    pub(crate) fn after(self, moment: Moment) -> Option<Moment> {
        let months = u32::try_from(self.months.unsigned_abs()).ok()?;
        let moved = if self.months < 0 {
            moment.checked_sub_months(Months::new(months))?
        } else {
            moment.checked_add_months(Months::new(months))?
        };
        moved
            .checked_add_signed(self.time)
            .filter(|moment| (1..=9999).contains(&moment.year()))
    }

    /// The moment earlier by this.
    pub(crate) fn before(self, moment: Moment) -> Option<Moment> {
        Self {
            months: -self.months,
            time: -self.time,
        }
        .after(moment)
    }

    fn add_seconds(&mut self, amount: &str, unit: i64) -> Option<()> {
        let amount = amount.replace(',', ".");
        let (whole, fraction) = amount.split_once('.').unwrap_or((&amount, ""));
        let whole: i64 = whole.parse().ok()?;
        let mut micros = whole.checked_mul(unit)?.checked_mul(1_000_000)?;
        if !fraction.is_empty() {
            let digits: String = fraction.chars().chain("000000".chars()).take(6).collect();
            micros = micros.checked_add(digits.parse::<i64>().ok()?.checked_mul(unit)?)?;
        }
        self.time = self.time.checked_add(&Duration::microseconds(micros))?;
        Some(())
    }
}

fn parts(mut text: &str) -> Option<Vec<(&str, char)>> {
    let mut parts = Vec::new();
    while !text.is_empty() {
        let end = text.find(|c: char| c.is_ascii_alphabetic())?;
        let unit = text[end..].chars().next()?;
        let is_number = text[..end]
            .bytes()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b','));
        if end == 0 || !is_number {
            return None;
        }
        parts.push((&text[..end], unit));
        text = &text[end + 1..];
    }
    Some(parts)
}

fn whole(amount: &str) -> Option<i64> {
    amount
        .parse()
        .ok()
        .filter(|amount| (0..100_000).contains(amount))
}
