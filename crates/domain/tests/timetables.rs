//! Jitter, and catching up.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};
use proptest::prelude::*;
use syncline_domain::ModelId;
use syncline_domain::schedule::{Interval, Schedule, ScheduleError, Timetable};

fn t(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_772_323_200 + seconds, 0).unwrap()
}

fn model(number: u64) -> ModelId {
    let mut entropy = [0; 10];
    entropy[2..].copy_from_slice(&number.to_be_bytes());
    ModelId::from_parts(t(0), entropy)
}

fn every(seconds: i64, jitter: Option<i64>) -> Timetable {
    Timetable::new(Schedule::Interval(Interval::new(seconds).unwrap()), jitter).unwrap()
}

/// How many of 10,000 models are due in the busiest second.
fn busiest(due: impl Fn(ModelId) -> DateTime<Utc>) -> usize {
    let mut seconds = BTreeMap::<i64, usize>::new();
    for number in 0..10_000 {
        *seconds.entry(due(model(number)).timestamp()).or_default() += 1;
    }
    seconds.into_values().max().unwrap()
}

#[test]
fn ten_thousand_hourly_models_are_spread_over_five_minutes() {
    let hourly = every(3600, None);
    let most = busiest(|model| hourly.next_after(model, t(0), t(0)).unwrap());
    assert!(most < 70, "{most} in one second, of 33 on average");
    let exact = every(3600, Some(0));
    assert_eq!(
        busiest(|model| exact.next_after(model, t(0), t(0)).unwrap()),
        10_000
    );
}

#[test]
fn ten_thousand_models_catch_up_over_five_minutes() {
    for jitter in [None, Some(0)] {
        let hourly = every(3600, jitter);
        let most = busiest(|model| hourly.catch_up_after(model, t(0), t(30_000)));
        assert!(most < 70, "{most} in one second, of 33 on average");
    }
}

#[test]
fn jitter_has_bounds() {
    let of = |seconds, jitter| {
        Timetable::new(Schedule::Interval(Interval::new(seconds).unwrap()), jitter)
    };
    assert_eq!(
        of(60, Some(61)),
        Err(ScheduleError::Jitter { given: 61, max: 60 })
    );
    assert_eq!(
        of(86_400, Some(3601)),
        Err(ScheduleError::Jitter {
            given: 3601,
            max: 3600
        })
    );
    assert_eq!(
        of(60, Some(-1)),
        Err(ScheduleError::Jitter { given: -1, max: 60 })
    );
    assert_eq!(every(60, None).jitter_seconds(), 6);
    assert_eq!(every(86_400, None).jitter_seconds(), 300);
    assert_eq!(every(86_400, Some(3600)).jitter_seconds(), 3600);
}

/// Times in databases were made by it.
#[test]
fn the_jitter_of_a_model_never_changes() {
    let next = every(3600, None).next_after(model(1), t(0), t(0)).unwrap();
    insta::assert_snapshot!((next - t(3600)).num_milliseconds(), @"119484");
}

#[cfg(feature = "cron")]
#[test]
fn a_cron_expression_is_moved_by_a_minute_at_most() {
    let cron = syncline_domain::schedule::Cron::new("0 3 * * *", "UTC").unwrap();
    let nightly = Timetable::from(Schedule::Cron(Box::new(cron)));
    let due: DateTime<Utc> = "2026-03-02T03:00:00Z".parse().unwrap();
    let most = busiest(|model| {
        let next = nightly
            .next_after(model, t(0), due - Duration::hours(1))
            .unwrap();
        assert!((due..due + Duration::minutes(1)).contains(&next), "{next}");
        assert!(nightly.next_after(model, t(0), next).unwrap() - next == Duration::days(1));
        next
    });
    assert!(most < 260, "{most} in one second, of 167 on average");
}

proptest! {
    #[test]
    fn ticks_of_a_model_are_a_whole_interval_apart_whatever_is_asked_in_between(
        number: u64, seconds in 60..100_000i64, jitter in proptest::option::of(0..60i64), asks in prop::collection::vec(0..200_000i64, 1..40),
    ) {
        let (table, model) = (every(seconds, jitter), model(number));
        let first = table.next_after(model, t(0), t(0)).unwrap();
        let (least, most) = (t(seconds), t(seconds) + Duration::seconds(table.jitter_seconds()));
        prop_assert!(first >= least && first <= most);
        for ask in asks {
            let next = table.next_after(model, t(0), t(ask)).unwrap();
            prop_assert!(next > t(ask) && (next == first || next - Duration::seconds(seconds) <= t(ask)));
            prop_assert_eq!((next - first).num_milliseconds() % (seconds * 1000), 0);
            let soon = table.catch_up_after(model, t(0), t(ask));
            prop_assert!(soon >= t(ask) && soon <= next && soon <= t(ask + 300));
        }
    }
}
