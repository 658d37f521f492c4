//! Ticks.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use chrono::{DateTime, Duration, Utc};
use proptest::prelude::*;
use syncline_domain::schedule::{Interval, Schedule, ScheduleError};

fn t(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_772_323_200 + seconds, 0).unwrap()
}

#[test]
fn an_interval_counts_from_its_anchor_and_does_not_make_up_for_missed_ticks() {
    let hourly = Schedule::Interval(Interval::new(3600).unwrap());
    assert_eq!(hourly.next_after(t(0), t(0)), Some(t(3600)));
    assert_eq!(hourly.next_after(t(0), t(3599)), Some(t(3600)));
    assert_eq!(hourly.next_after(t(0), t(3600)), Some(t(7200)));
    assert_eq!(
        hourly.next_after(t(0), t(100 * 3600 + 1)),
        Some(t(101 * 3600))
    );
}

#[test]
fn too_short_and_too_long() {
    for seconds in [i64::MIN, -1, 0, 59, 366 * 86_400 + 1, i64::MAX] {
        assert_eq!(
            Interval::new(seconds),
            Err(ScheduleError::Interval(seconds))
        );
    }
    insta::assert_snapshot!(Interval::new(5).unwrap_err(), @"interval_seconds must be from 60 to 31622400, not 5");
}

proptest! {
    #[test]
    fn the_next_tick_is_the_first_one_after_now(
        seconds in 60..100_000i64, anchor in 0..1_000_000i64, passed in -1_000_000..100_000_000i64,
    ) {
        let schedule = Schedule::Interval(Interval::new(seconds).unwrap());
        let now = t(anchor) + Duration::milliseconds(passed);
        let next = schedule.next_after(t(anchor), now).unwrap();
        prop_assert!(next > now);
        prop_assert!(next - Duration::seconds(seconds) <= now.max(t(anchor)), "a whole interval first");
        prop_assert_eq!((next - t(anchor)).num_seconds().rem_euclid(seconds), 0);
    }

    #[test]
    fn no_time_makes_it_panic(anchor in any::<i64>(), now in any::<i64>(), seconds in any::<i64>()) {
        let time = |micros| DateTime::from_timestamp_micros(micros).unwrap_or(DateTime::<Utc>::MIN_UTC);
        if let Ok(interval) = Interval::new(seconds) {
            let _ = Schedule::Interval(interval).next_after(time(anchor), time(now));
        }
    }
}
