//! ISO 8601 dates and times, basic and extended.

use chrono::{FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeZone};

use super::Moment;

/// Reads a date, or a date and a time, with any single character between them. Without an offset
/// it is in UTC.
pub(crate) fn parse_iso(text: &str) -> Option<Moment> {
    let (date, rest) = date(text)?;
    if rest.is_empty() {
        return zoned(date.and_time(NaiveTime::MIN), FixedOffset::east_opt(0)?);
    }
    let separator = rest.chars().next()?;
    let rest = &rest[separator.len_utf8()..];
    let zone_at = rest.find(['Z', 'z', '+', '-']).unwrap_or(rest.len());
    let (clock, zone) = rest.split_at(zone_at);
    let offset = if zone.is_empty() {
        FixedOffset::east_opt(0)?
    } else {
        offset(zone)?
    };
    let (time, is_next_day) = time(clock)?;
    let day = if is_next_day { date.succ_opt()? } else { date };
    zoned(day.and_time(time), offset)
}

/// Reads `Z`, `+01`, `+0100`, `+01:00` and, with seconds, `+01:00:30`.
pub(super) fn offset(text: &str) -> Option<FixedOffset> {
    let sign = match text.as_bytes().first()? {
        b'Z' | b'z' if text.len() == 1 => return FixedOffset::east_opt(0),
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let digits = text[1..].replace(':', "");
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) || !matches!(digits.len(), 2 | 4 | 6) {
        return None;
    }
    let part = |at: usize| {
        digits
            .get(at..at + 2)
            .map_or(Some(0), |part| part.parse::<i32>().ok())
    };
    FixedOffset::east_opt(sign * (part(0)? * 3600 + part(2)? * 60 + part(4)?))
}

pub(super) fn zoned(moment: NaiveDateTime, offset: FixedOffset) -> Option<Moment> {
    offset.from_local_datetime(&moment).single()
}

fn date(text: &str) -> Option<(NaiveDate, &str)> {
    let number = |range: std::ops::Range<usize>| {
        text.get(range)
            .filter(|part| part.bytes().all(|byte| byte.is_ascii_digit()))?
            .parse::<u32>()
            .ok()
    };
    let year = i32::try_from(number(0..4)?).ok()?;
    let at = |index: usize| text.as_bytes().get(index).copied();
    if let Some(week) = week_date(text, year) {
        return Some(week);
    }
    if let Some(ordinal) = ordinal_date(text, year) {
        return Some(ordinal);
    }
    match (at(4), at(7)) {
        (Some(b'-'), Some(b'-')) => Some((
            NaiveDate::from_ymd_opt(year, number(5..7)?, number(8..10)?)?,
            &text[10..],
        )),
        (Some(b'-'), _) if text.len() == 7 => {
            Some((NaiveDate::from_ymd_opt(year, number(5..7)?, 1)?, ""))
        }
        (Some(digit), _) if digit.is_ascii_digit() => Some((
            NaiveDate::from_ymd_opt(year, number(4..6)?, number(6..8)?)?,
            &text[8..],
        )),
        (None, _) => Some((NaiveDate::from_ymd_opt(year, 1, 1)?, "")),
        _ => None,
    }
}

/// `2022-W02-1`, `2022W021`, and without the day of the week.
fn week_date(text: &str, year: i32) -> Option<(NaiveDate, &str)> {
    let rest = &text[4..];
    let (rest, is_extended) = match rest.strip_prefix('-') {
        Some(rest) => (rest, true),
        None => (rest, false),
    };
    let rest = rest.strip_prefix('W')?;
    let digits = |part: Option<&str>| {
        part.filter(|part| part.bytes().all(|byte| byte.is_ascii_digit()))?
            .parse::<u32>()
            .ok()
    };
    let week = digits(rest.get(..2))?;
    let rest = &rest[2..];
    let after = if is_extended {
        rest.strip_prefix('-')
    } else {
        Some(rest)
    };
    let day = after.and_then(|after| Some((digits(after.get(..1))?, &after[1..])));
    let (day, rest) = day.unwrap_or((1, rest));
    let weekday = chrono::Weekday::try_from(u8::try_from(day.checked_sub(1)?).ok()?).ok()?;
    Some((NaiveDate::from_isoywd_opt(year, week, weekday)?, rest))
}

/// `2022-014`, `2022014`.
fn ordinal_date(text: &str, year: i32) -> Option<(NaiveDate, &str)> {
    let rest = text[4..].strip_prefix('-').unwrap_or(&text[4..]);
    let width = rest.bytes().take_while(u8::is_ascii_digit).count();
    let is_ordinal = width == 3 && !rest[3..].starts_with('-');
    let day = is_ordinal.then(|| rest[..3].parse().ok())??;
    Some((NaiveDate::from_yo_opt(year, day)?, &rest[3..]))
}

/// The time of the day, and whether it is 24:00, the beginning of the next.
fn time(text: &str) -> Option<(NaiveTime, bool)> {
    let (clock, fraction) = text.split_once(['.', ',']).unwrap_or((text, ""));
    let digits = clock.replace(':', "");
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) || !matches!(digits.len(), 2 | 4 | 6) {
        return None;
    }
    if !fraction.is_empty() && (digits.len() != 6 || !fraction.bytes().all(|b| b.is_ascii_digit()))
    {
        return None;
    }
    let part = |at: usize| {
        digits
            .get(at..at + 2)
            .map_or(Some(0), |part| part.parse::<u32>().ok())
    };
    let (hour, minute, second) = (part(0)?, part(2)?, part(4)?);
    let micros: u32 = fraction
        .chars()
        .chain("000000".chars())
        .take(6)
        .collect::<String>()
        .parse()
        .ok()?;
    if hour == 24 && (minute, second, micros) == (0, 0, 0) {
        return Some((NaiveTime::MIN, true));
    }
    NaiveTime::from_hms_micro_opt(hour, minute, second, micros).map(|time| (time, false))
}
