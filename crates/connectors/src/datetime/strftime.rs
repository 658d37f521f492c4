//! Writes moments by a format.

use std::fmt::Write;

use chrono::{Datelike, Timelike};

use super::{MONTHS, Moment, WEEKDAYS};

/// By the manifest language's rules: the codes of its own stand alone, and always mean UTC.
pub(crate) fn format(moment: &Moment, format: &str) -> String {
    match format {
        "%s" => moment.timestamp().to_string(),
        "%s_as_float" => float_seconds(moment),
        "%ms" => moment.timestamp_millis().to_string(),
        "%epoch_microseconds" => moment.timestamp_micros().to_string(),
        _ => strftime(moment, format),
    }
}

/// By Python's `strftime` in the C locale, and `%_ms` for milliseconds of three digits.
pub(crate) fn strftime(moment: &Moment, format: &str) -> String {
    let mut out = String::with_capacity(format.len() + 16);
    let mut rest = format;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(tail) = rest.strip_prefix("_ms") {
            push(
                &mut out,
                format_args!("{:03}", moment.nanosecond() / 1_000_000 % 1000),
            );
            rest = tail;
            continue;
        }
        let Some(code) = rest.chars().next() else {
            out.push('%');
            break;
        };
        rest = &rest[code.len_utf8()..];
        // `%-d`: without the zero in front.
        if let ('-', Some(code)) = (code, rest.chars().next()) {
            rest = &rest[code.len_utf8()..];
            let mut padded = String::new();
            directive(&mut padded, moment, code);
            let bare = padded.trim_start_matches(['0', ' ']);
            out.push_str(if bare.is_empty() { "0" } else { bare });
            continue;
        }
        directive(&mut out, moment, code);
    }
    out.push_str(rest);
    out
}

fn directive(out: &mut String, m: &Moment, code: char) {
    let weekday = m.weekday().num_days_from_monday() as usize;
    let month = m.month0() as usize;
    let hour12 = match m.hour() % 12 {
        0 => 12,
        hour => hour,
    };
    match code {
        'Y' => push(out, format_args!("{:04}", m.year())),
        'y' => push(out, format_args!("{:02}", m.year().rem_euclid(100))),
        'm' => push(out, format_args!("{:02}", m.month())),
        'd' => push(out, format_args!("{:02}", m.day())),
        'e' => push(out, format_args!("{:2}", m.day())),
        'H' => push(out, format_args!("{:02}", m.hour())),
        'I' => push(out, format_args!("{hour12:02}")),
        'M' => push(out, format_args!("{:02}", m.minute())),
        'S' => push(out, format_args!("{:02}", m.second())),
        'f' => push(
            out,
            format_args!("{:06}", m.nanosecond() / 1000 % 1_000_000),
        ),
        'p' => out.push_str(if m.hour() < 12 { "AM" } else { "PM" }),
        'a' => out.push_str(&WEEKDAYS[weekday][..3]),
        'A' => out.push_str(WEEKDAYS[weekday]),
        'b' | 'h' => out.push_str(&MONTHS[month][..3]),
        'B' => out.push_str(MONTHS[month]),
        'w' => push(out, format_args!("{}", m.weekday().num_days_from_sunday())),
        'u' => push(out, format_args!("{}", m.weekday().number_from_monday())),
        'j' => push(out, format_args!("{:03}", m.ordinal())),
        'U' => push(
            out,
            format_args!(
                "{:02}",
                (m.ordinal() + 6 - m.weekday().num_days_from_sunday()) / 7
            ),
        ),
        'W' => push(
            out,
            format_args!(
                "{:02}",
                (m.ordinal() + 6 - m.weekday().num_days_from_monday()) / 7
            ),
        ),
        'G' => push(out, format_args!("{:04}", m.iso_week().year())),
        'V' => push(out, format_args!("{:02}", m.iso_week().week())),
        'z' => offset(out, m),
        'Z' if m.offset().local_minus_utc() == 0 => out.push_str("UTC"),
        'Z' => {
            out.push_str("UTC");
            offset(out, m);
            out.insert(out.len() - 2, ':');
        }
        's' => push(out, format_args!("{}", m.timestamp())),
        'c' => out.push_str(&strftime(m, "%a %b %e %H:%M:%S %Y")),
        'x' | 'D' => out.push_str(&strftime(m, "%m/%d/%y")),
        'X' | 'T' => out.push_str(&strftime(m, "%H:%M:%S")),
        'F' => out.push_str(&strftime(m, "%Y-%m-%d")),
        'R' => out.push_str(&strftime(m, "%H:%M")),
        'n' => out.push('\n'),
        't' => out.push('\t'),
        '%' => out.push('%'),
        other => {
            out.push('%');
            out.push(other);
        }
    }
}

fn offset(out: &mut String, moment: &Moment) {
    let seconds = moment.offset().local_minus_utc();
    let sign = if seconds < 0 { '-' } else { '+' };
    let minutes = seconds.abs() / 60;
    push(
        out,
        format_args!("{sign}{:02}{:02}", minutes / 60, minutes % 60),
    );
}

/// As Python prints a float of seconds: the shortest digits, always with a point.
fn float_seconds(moment: &Moment) -> String {
    #[expect(
        clippy::cast_precision_loss,
        reason = "that is what a float of seconds is"
    )]
    let seconds = moment.timestamp_micros() as f64 / 1_000_000.0;
    if seconds.fract() == 0.0 {
        format!("{seconds:.1}")
    } else {
        seconds.to_string()
    }
}

fn push(out: &mut String, arguments: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = out.write_fmt(arguments);
}
