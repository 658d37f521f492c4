//! Cron expressions with time zones.

#![cfg(feature = "cron")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use chrono::{DateTime, Duration, Utc};
use insta::assert_snapshot;
use proptest::prelude::*;
use syncline_domain::schedule::{Cron, Schedule, ScheduleError};

fn at(time: &str) -> DateTime<Utc> {
    time.parse().unwrap()
}

/// The first ticks after a time, in UTC.
fn ticks(expression: &str, zone: &str, after: &str, many: usize) -> String {
    let cron = Schedule::Cron(Box::new(Cron::new(expression, zone).unwrap()));
    std::iter::successors(Some(at(after)), |now| cron.next_after(*now, *now))
        .skip(1)
        .take(many)
        .map(|tick| tick.to_rfc3339())
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn it_follows_its_time_zone_through_summer_time() {
    assert_snapshot!(ticks("30 6 * * *", "Europe/Berlin", "2026-03-27T12:00:00Z", 3), @r"
    2026-03-28T05:30:00+00:00
    2026-03-29T04:30:00+00:00
    2026-03-30T04:30:00+00:00
    ");
    assert_snapshot!(ticks("0 3 * * 1-5", "Europe/Paris", "2026-10-22T12:00:00Z", 3), @r"
    2026-10-23T01:00:00+00:00
    2026-10-26T02:00:00+00:00
    2026-10-27T02:00:00+00:00
    ");
}

/// Europe/Paris has no time from 02:00 to 03:00 on 29 March 2026.
#[test]
fn in_a_gap_a_daily_line_fires_right_after_it_and_others_skip_it() {
    assert_snapshot!(ticks("30 2 * * *", "Europe/Paris", "2026-03-28T00:00:00Z", 3), @r"
    2026-03-28T01:30:00+00:00
    2026-03-29T01:00:00+00:00
    2026-03-30T00:30:00+00:00
    ");
    assert_snapshot!(ticks("0,30 2 * * *", "Europe/Paris", "2026-03-28T02:00:00Z", 2), @r"
    2026-03-30T00:00:00+00:00
    2026-03-30T00:30:00+00:00
    ");
    assert_snapshot!(ticks("*/30 * * * *", "Europe/Paris", "2026-03-29T00:00:00Z", 3), @r"
    2026-03-29T00:30:00+00:00
    2026-03-29T01:00:00+00:00
    2026-03-29T01:30:00+00:00
    ");
}

/// Europe/Paris has the time from 02:00 to 03:00 twice on 25 October 2026.
#[test]
fn in_a_fold_a_daily_line_fires_once_and_others_at_both_times() {
    assert_snapshot!(ticks("30 2 * * *", "Europe/Paris", "2026-10-24T12:00:00Z", 2), @r"
    2026-10-25T00:30:00+00:00
    2026-10-26T01:30:00+00:00
    ");
    assert_snapshot!(ticks("30 * * * *", "Europe/Paris", "2026-10-25T00:00:00Z", 3), @r"
    2026-10-25T00:30:00+00:00
    2026-10-25T01:30:00+00:00
    2026-10-25T02:30:00+00:00
    ");
}

#[test]
fn what_is_no_cron_expression_says_so() {
    let wrong = |expression: &str| Cron::new(expression, "UTC").unwrap_err().to_string();
    assert_snapshot!(wrong("every day"), @"`every day` is not a cron expression of five fields (minute, hour, day of the month, month, day of the week), like `0 3 * * 1-5`: it has 2");
    for expression in [
        "",
        "@daily",
        "0 0 0 * * *",
        "0 3 * * * 2026",
        "60 * * * *",
        "* 24 * * *",
        "0 0 0 * *",
        "0 0 * 13 *",
        "0 0 * * 8",
        "a b c d e",
        "0 0 1-0 * *",
        "*/0 * * * *",
    ] {
        let refused = Cron::new(expression, "UTC");
        assert!(
            matches!(refused, Err(ScheduleError::Expression { .. })),
            "{expression}: {refused:?}"
        );
    }
    for zone in ["", "Mars/Base", "+01:00", "CEST"] {
        let refused = Cron::new("0 0 * * *", zone);
        assert_eq!(refused, Err(ScheduleError::TimeZone(zone.to_owned())));
    }
}

#[test]
fn what_never_fires_is_refused() {
    for expression in ["0 0 30 2 *", "0 0 31 4,6,9,11 *", "0 0 31 2 *"] {
        let refused = Cron::new(expression, "Europe/Paris");
        assert_eq!(refused, Err(ScheduleError::Never(expression.to_owned())));
    }
    assert_snapshot!(ticks("0 12 29 2 *", "UTC", "2026-01-01T00:00:00Z", 2), @r"
    2028-02-29T12:00:00+00:00
    2032-02-29T12:00:00+00:00
    ");
}

proptest! {
    #[test]
    fn ticks_go_forward_and_are_a_minute_apart(
        minute in prop_oneof![Just("*".to_owned()), (0..60u32).prop_map(|at| at.to_string()), (1..60u32).prop_map(|step| format!("*/{step}"))],
        hour in prop_oneof![Just("*".to_owned()), (0..24u32).prop_map(|at| at.to_string()), Just("1-3".to_owned())],
        zone in prop_oneof![Just("UTC"), Just("Europe/Paris"), Just("America/New_York"), Just("Australia/Lord_Howe"), Just("Asia/Kathmandu"), Just("Africa/Casablanca")],
        start in 1_700_000_000..1_900_000_000i64,
    ) {
        let cron = Schedule::Cron(Box::new(Cron::new(&format!("{minute} {hour} * * *"), zone).unwrap()));
        let mut last = DateTime::from_timestamp(start, 0).unwrap();
        for turn in 0..20 {
            let next = cron.next_after(last, last).unwrap();
            prop_assert!(next > last);
            prop_assert!(turn == 0 || next - last >= Duration::minutes(1), "{last} {next}");
            last = next;
        }
    }
}
