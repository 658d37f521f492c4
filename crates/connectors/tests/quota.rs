//! What headers say, one line for each way to say it.

#![expect(clippy::panic, reason = "a test fails by panicking")]

use chrono::{DateTime, TimeDelta, Utc};
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use syncline_domain::quota::{LONGEST_WAIT, Observation};

use syncline_connectors::quota::{Names, observe};

/// 2026-01-31T12:00:00Z
const NOW: i64 = 1_769_860_800;

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(NOW, 0).unwrap_or_default()
}

fn headers(lines: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for line in lines.split(" | ").filter(|line| !line.is_empty()) {
        let (name, value) = line.split_once(": ").unwrap_or((line, ""));
        let name = HeaderName::try_from(name);
        let (Ok(name), Ok(value)) = (name, HeaderValue::try_from(value)) else {
            panic!("{line}");
        };
        headers.append(name, value);
    }
    headers
}

/// Limit, what is left, and how many seconds until the reset, the length of the window, and how
/// many seconds until it may be asked again at all.
type Seen = (
    Option<i64>,
    Option<i64>,
    Option<i64>,
    Option<i64>,
    Option<i64>,
);

fn seen_of(status: u16, lines: &str, names: Names<'_>) -> Option<Seen> {
    let status = StatusCode::from_u16(status).unwrap_or_default();
    let said = observe(status, &headers(lines), names, now())?;
    let Observation {
        limit,
        remaining,
        resets_at,
        window,
        blocked_until,
    } = said;
    let from_now = |at: Option<DateTime<Utc>>| at.map(|at| (at - now()).num_seconds());
    Some((
        limit,
        remaining,
        from_now(resets_at),
        window.map(|window| window.num_seconds()),
        from_now(blocked_until),
    ))
}

fn seen(status: u16, lines: &str) -> Option<Seen> {
    seen_of(status, lines, Names::default())
}

#[test]
fn the_usual_headers_in_their_spellings() {
    for (prefix, reset) in [
        ("x-ratelimit", "1769860830"),
        ("X-RateLimit", "1769860830000"),
        ("x-rate-limit", "30"),
        ("ratelimit", "30"),
        ("x-ratelimit", "30.0"),
        ("x-ratelimit", "2026-01-31T12:00:30Z"),
        ("x-ratelimit", "Sat, 31 Jan 2026 12:00:30 GMT"),
    ] {
        let lines =
            format!("{prefix}-limit: 100 | {prefix}-remaining: 7 | {prefix}-reset: {reset}");
        let wanted = Some((Some(100), Some(7), Some(30), None, None));
        assert_eq!(seen(200, &lines), wanted, "{lines}");
    }
}

#[test]
fn a_moment_is_the_providers_own_clocks() {
    // Its clock is an hour late.
    let lines = "date: Sat, 31 Jan 2026 11:00:00 GMT | x-ratelimit-remaining: 7 | \
                 x-ratelimit-reset: 1769857230";
    assert_eq!(
        seen(200, lines),
        Some((None, Some(7), Some(30), None, None))
    );
}

#[test]
fn the_drafts_of_the_ietf() {
    for lines in [
        "ratelimit-limit: 100, 100;w=60 | ratelimit-remaining: 7 | ratelimit-reset: 30",
        "ratelimit: limit=100, remaining=7, reset=30 | ratelimit-policy: 100;w=60",
        "ratelimit: \"default\";r=7;t=30 | ratelimit-policy: \"default\";q=100;w=60",
        "ratelimit: default;r=7;t=30 | ratelimit-policy: default;q=100;w=60",
        "ratelimit: \"a\";r=900;t=30, \"b\";r=7;t=30 | ratelimit-policy: \"a\";q=1000;w=3600 | \
         ratelimit-policy: \"b\";q=100;w=60",
    ] {
        let wanted = Some((Some(100), Some(7), Some(30), Some(60), None));
        assert_eq!(seen(200, lines), wanted, "{lines}");
    }
}

#[test]
fn a_word_to_wait() {
    let blocked = |seconds| Some((None, None, None, None, Some(seconds)));
    assert_eq!(seen(429, "retry-after: 30"), blocked(30));
    assert_eq!(seen(503, "retry-after: 1.5"), blocked(1));
    let date = "retry-after: Sat, 31 Jan 2026 12:00:30 GMT";
    assert_eq!(seen(403, date), blocked(30));
    // They speak of something else.
    assert_eq!(seen(202, "retry-after: 30"), None);
    assert_eq!(seen(301, "retry-after: 30"), None);
    // Refused for the quota's sake: nothing is left, whether that is said or not.
    let reset = "x-ratelimit-reset: 30";
    assert_eq!(
        seen(429, reset),
        Some((None, Some(0), Some(30), None, None))
    );
    assert_eq!(seen(429, ""), None);
    // Refused, but not for this.
    let left = "x-ratelimit-reset: 30 | x-ratelimit-remaining: 5 | retry-after: 2";
    assert_eq!(
        seen(429, left),
        Some((None, Some(5), Some(30), None, Some(2)))
    );
}

#[test]
fn the_names_that_a_manifest_gives() {
    let names = Names {
        remaining: Some("calls-left"),
        reset: Some("more-calls-at"),
    };
    let lines = "calls-left: 7 | more-calls-at: 1769860830";
    assert_eq!(
        seen_of(200, lines, names),
        Some((None, Some(7), Some(30), None, None))
    );
}

#[test]
fn what_is_wrong_is_not_said() {
    for lines in [
        "x-ratelimit-remaining: many | x-ratelimit-reset: 30",
        "x-ratelimit-remaining: -1 | x-ratelimit-reset: 30",
        "x-ratelimit-remaining: 7 | x-ratelimit-reset: soon",
        "x-ratelimit-remaining: 7 | x-ratelimit-reset: NaN",
        "x-ratelimit-remaining: 7 | x-ratelimit-reset: 1e300",
        "x-ratelimit-remaining: 7 | x-ratelimit-reset: -30",
        "x-ratelimit-remaining: 7",
        // Over since a second.
        "x-ratelimit-remaining: 7 | x-ratelimit-reset: 1769860799",
        "ratelimit: ;;;",
        "ratelimit: \"default\";r=7;t=99999999999999",
        "ratelimit: (1 2);r=7, \"x\";r=\"many\";t=3",
        "ratelimit-policy: \"default\";q=100;w=60",
        "retry-after: 30",
    ] {
        assert_eq!(seen(200, lines), None, "{lines}");
    }
    for lines in ["retry-after: later", "retry-after: -3", "retry-after: inf"] {
        assert_eq!(seen(429, lines), None, "{lines}");
    }
}

#[test]
fn nothing_waits_longer_than_a_day() {
    let month = "x-ratelimit-remaining: 0 | x-ratelimit-reset: 2592000 | retry-after: 2592000";
    let day = LONGEST_WAIT.num_seconds();
    assert_eq!(
        seen(429, month),
        Some((None, Some(0), Some(day), None, Some(day)))
    );
}

proptest::proptest! {
    /// Whatever stands in the headers: no panic, and nothing beyond the bounds.
    #[test]
    fn anything_may_stand_there(
        status in 100..600_u16,
        values in proptest::collection::vec((0..12_usize, "[ -~]{0,40}|[0-9.;=,\"rtqw -]{0,30}"), 0..6),
    ) {
        const NAMES: [&str; 12] = [
            "ratelimit", "ratelimit-policy", "ratelimit-limit", "ratelimit-remaining",
            "ratelimit-reset", "x-ratelimit-limit", "x-ratelimit-remaining",
            "x-ratelimit-reset", "x-rate-limit-remaining", "x-rate-limit-reset", "retry-after",
            "date",
        ];
        let mut headers = HeaderMap::new();
        for (name, value) in values {
            if let Ok(value) = HeaderValue::try_from(value) {
                headers.append(NAMES[name], value);
            }
        }
        let status = StatusCode::from_u16(status).unwrap_or_default();
        if let Some(said) = observe(status, &headers, Names::default(), now()) {
            for at in [said.resets_at, said.blocked_until].into_iter().flatten() {
                proptest::prop_assert!(at > now() && at <= now() + LONGEST_WAIT);
            }
            if let Some(window) = said.window {
                proptest::prop_assert!(window > TimeDelta::zero() && window <= LONGEST_WAIT);
            }
            proptest::prop_assert!(said.remaining.is_none_or(|left| left >= 0));
        }
    }
}
