//! Times as people write them: `90d`.

use chrono::TimeDelta;

/// Ten years: longer is a mistake, or never.
const MOST: TimeDelta = TimeDelta::days(3660);

/// Reads a number and its unit.
///
/// # Errors
/// What it must look like.
pub fn lifetime(text: &str) -> Result<TimeDelta, String> {
    let wrong = || "write a number and its unit: 90d, 12h, 30m or 45s; at most 3660d".to_owned();
    let unit = text.chars().last().ok_or_else(wrong)?;
    let number = text.strip_suffix(unit).unwrap_or_default();
    if !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(wrong());
    }
    let number: i64 = number.parse().map_err(|_| wrong())?;
    let time = match unit {
        'd' => TimeDelta::try_days(number),
        'h' => TimeDelta::try_hours(number),
        'm' => TimeDelta::try_minutes(number),
        's' => TimeDelta::try_seconds(number),
        _ => None,
    };
    time.filter(|time| *time <= MOST).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_and_its_unit_are_read_and_nothing_else() {
        for (text, seconds) in [
            ("90d", 90 * 86_400),
            ("12h", 43_200),
            ("30m", 1_800),
            ("0s", 0),
        ] {
            assert_eq!(lifetime(text), Ok(TimeDelta::seconds(seconds)), "{text}");
        }
        for text in [
            "",
            "d",
            "90",
            "-1d",
            "+1d",
            "1.5h",
            "1 d",
            "3661d",
            "9e9d",
            "1w",
            "99999999999999999999d",
            "1ä",
        ] {
            assert!(lifetime(text).is_err(), "{text}");
        }
    }
}
