//! Lengths of time as people write them.

use std::time::Duration;

/// A text that is no length of time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a length of time: write 500ms, 10s, 5m, 2h or 90d")]
pub struct NotASpan(String);

/// Reads `500ms`, `10s`, `5m`, `2h`, `90d`, or a bare number of seconds.
pub fn parse(text: &str) -> Result<Duration, NotASpan> {
    let wrong = || NotASpan(text.to_owned());
    let unit_at = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (digits, unit) = text.split_at(unit_at);
    let count: u64 = digits.parse().map_err(|_| wrong())?;
    let millis = match unit {
        "ms" => Some(count),
        "" | "s" => count.checked_mul(1_000),
        "m" => count.checked_mul(60_000),
        "h" => count.checked_mul(3_600_000),
        "d" => count.checked_mul(86_400_000),
        _ => None,
    };
    millis.map(Duration::from_millis).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_understood() {
        for (text, millis) in [
            ("0", 0),
            ("7", 7_000),
            ("500ms", 500),
            ("10s", 10_000),
            ("5m", 300_000),
            ("2h", 7_200_000),
            ("90d", 7_776_000_000),
        ] {
            assert_eq!(parse(text), Ok(Duration::from_millis(millis)));
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "s",
            "-1s",
            "1.5s",
            "1w",
            "10 s",
            "99999999999999999999",
            "18446744073709551615h",
        ] {
            assert_eq!(parse(text), Err(NotASpan(text.to_owned())));
        }
    }
}
