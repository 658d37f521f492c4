//! The bucket: what it learns, what it gives, and what it never does.

#![expect(clippy::panic, reason = "a test fails by panicking")]

use chrono::{DateTime, Duration, Utc};
use proptest::prelude::*;
use syncline_domain::quota::{Bucket, Held, LONGEST_WAIT, Observation, Take};

fn at(millis: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + Duration::days(20_000) + Duration::milliseconds(millis)
}

fn said(limit: i64, remaining: i64, resets_at: DateTime<Utc>) -> Observation {
    Observation {
        limit: Some(limit),
        remaining: Some(remaining),
        resets_at: Some(resets_at),
        ..Observation::default()
    }
}

fn used_up(millis: i64) -> Take {
    Take::Wait(Held::UsedUp { until: at(millis) })
}

fn granted(take: Take) -> i64 {
    match take {
        Take::Granted { requests, .. } => requests,
        other => panic!("{other:?}"),
    }
}

#[test]
fn nobody_is_held_by_what_nobody_said() {
    let mut bucket = Bucket::new(at(0));
    assert_eq!(bucket.take(5, at(0)), Take::Free);
    // How many are left, without a time at which there are more.
    let half = Observation {
        remaining: Some(0),
        ..Observation::default()
    };
    bucket.learn(half, at(1));
    assert_eq!(bucket.take(5, at(1)), Take::Free);
    // A window that is over.
    bucket.learn(said(10, 0, at(2)), at(2));
    assert_eq!(bucket.take(5, at(2)), Take::Free);
}

#[test]
fn what_is_left_is_given_once() {
    let mut bucket = Bucket::new(at(0));
    bucket.learn(said(10, 3, at(1000)), at(0));
    assert_eq!(granted(bucket.take(2, at(10))), 2);
    assert_eq!(granted(bucket.take(2, at(20))), 1);
    assert_eq!(bucket.take(1, at(30)), used_up(1000));
    // An answer from before the last grants says more: it is not believed.
    bucket.learn(said(10, 2, at(1000)), at(40));
    assert_eq!(bucket.take(1, at(50)), used_up(1000));
    // The next window is the limit, and as long as the rest of the last was.
    assert_eq!(granted(bucket.take(99, at(1000))), 10);
    assert_eq!(bucket.take(1, at(1001)), used_up(2000));
}

#[test]
fn somebody_else_may_use_the_account_too() {
    let mut bucket = Bucket::new(at(0));
    bucket.learn(said(100, 90, at(60_000)), at(0));
    bucket.learn(said(100, 5, at(60_000)), at(1));
    assert_eq!(granted(bucket.take(50, at(2))), 5);
}

#[test]
fn the_first_word_of_the_next_window_counts_though_ours_is_not_quite_over() {
    let mut bucket = Bucket::new(at(0));
    bucket.learn(said(10, 0, at(60_000)), at(0));
    bucket.learn(said(10, 9, at(120_000)), at(59_500));
    assert_eq!(granted(bucket.take(50, at(59_600))), 9);
    // In the middle of a window it is one that slides: the end moves, what is left does not grow.
    let mut bucket = Bucket::new(at(0));
    bucket.learn(said(10, 0, at(60_000)), at(0));
    bucket.learn(said(10, 4, at(90_000)), at(30_000));
    assert_eq!(bucket.take(1, at(30_000)), used_up(90_000));
}

#[test]
fn another_limit_is_another_quota() {
    let mut bucket = Bucket::new(at(0));
    bucket.learn(said(30, 1, at(60_000)), at(0));
    bucket.learn(said(5000, 4000, at(3_600_000)), at(1));
    assert_eq!(granted(bucket.take(50, at(2))), 50);
}

#[test]
fn a_word_to_wait_holds_all_and_passes() {
    let mut bucket = Bucket::new(at(0));
    let later = Observation {
        blocked_until: Some(at(5000)),
        ..Observation::default()
    };
    bucket.learn(later, at(0));
    let held = Held::AskedToWait { until: at(5000) };
    assert_eq!(bucket.take(1, at(1)), Take::Wait(held));
    // What holds longest counts.
    bucket.learn(said(10, 0, at(9000)), at(2));
    assert_eq!(bucket.take(1, at(3)), used_up(9000));
    assert_eq!(granted(bucket.take(1, at(9000))), 1);
    let mut bucket = Bucket::new(at(0));
    bucket.learn(later, at(0));
    assert_eq!(bucket.take(1, at(5000)), Take::Free);
}

#[test]
fn leases_shrink_with_what_is_left() {
    let mut bucket = Bucket::new(at(0));
    bucket.learn(said(5000, 5000, at(60_000)), at(0));
    assert_eq!(granted(bucket.lease(at(1))), 20);
    bucket.learn(said(5000, 100, at(60_000)), at(2));
    assert_eq!(granted(bucket.lease(at(3))), 5);
    bucket.learn(said(5000, 7, at(60_000)), at(4));
    assert_eq!(granted(bucket.lease(at(5))), 1);
}

#[test]
fn what_was_not_said_again_for_a_day_is_forgotten() {
    let mut bucket = Bucket::new(at(0));
    bucket.learn(said(1, 0, at(1000)), at(0));
    let day = 24 * 3600 * 1000;
    assert_eq!(granted(bucket.take(1, at(day))), 1);
    assert_eq!(bucket.take(1, at(day + 1)), Take::Free);
}

#[test]
fn its_words() {
    let until = at(0);
    assert_eq!(
        Held::UsedUp { until }.to_string(),
        "the quota of its account at the provider is used up: it goes on at 2024-10-04T00:00:00Z"
    );
    assert_eq!(
        Held::AskedToWait { until }.to_string(),
        "the provider asked to come back later: it goes on at 2024-10-04T00:00:00Z"
    );
}

/// A provider with fixed windows, which counts.
struct Provider {
    limit: i64,
    window: i64,
    counted: std::collections::BTreeMap<i64, i64>,
}

impl Provider {
    fn ask(&mut self, millis: i64) -> Observation {
        let window = millis / self.window;
        let count = self.counted.entry(window).or_default();
        *count += 1;
        said(
            self.limit,
            (self.limit - *count).max(0),
            at((window + 1) * self.window),
        )
    }
}

proptest! {
    /// Whoever asks takes first; answers come in any order, some never, and old ones again: once the
    /// first is known, no window gets more requests than its limit.
    #[test]
    fn no_window_gets_more_than_its_limit(
        limit in 1..30_i64,
        window in 500..100_000_i64,
        steps in prop::collection::vec((0..4000_i64, 1..6_i64, any::<u8>(), any::<u8>()), 1..200),
    ) {
        let mut provider = Provider { limit, window, counted: Default::default() };
        let mut bucket = Bucket::new(at(0));
        let mut now = 0;
        let mut heard = vec![provider.ask(now)];
        bucket.learn(heard[0], at(now));
        for (pause, wanted, lost, again) in steps {
            now += pause;
            bucket.learn(heard[usize::from(again) % heard.len()], at(now));
            match bucket.take(wanted, at(now)) {
                Take::Free => prop_assert!(false, "the quota is known"),
                Take::Wait(held) => {
                    let until = held.until();
                    prop_assert!(until > at(now), "a wait in vain");
                    prop_assert!(until - at(now) <= Duration::milliseconds(window));
                }
                Take::Granted { requests, until } => {
                    prop_assert!((1..=wanted).contains(&requests));
                    prop_assert!(until > at(now));
                    let mut answers: Vec<_> = (0..requests).map(|_| provider.ask(now)).collect();
                    let count = answers.len();
                    answers.rotate_left(usize::from(again) % count);
                    for (index, answer) in answers.iter().enumerate() {
                        if index == 0 || lost & (1 << (index % 8)) == 0 {
                            bucket.learn(*answer, at(now));
                            heard.push(*answer);
                        }
                    }
                }
            }
        }
        for (window, count) in provider.counted {
            prop_assert!(count <= limit, "{count} of {limit} in window {window}");
        }
    }

    /// With windows whose length is said, and that begin with the first request, the promise holds
    /// in each of them, though no answer after the first is ever heard.
    #[test]
    fn a_said_window_is_kept_without_another_word(
        limit in 1..30_i64,
        window in 500..100_000_i64,
        steps in prop::collection::vec((0..4000_i64, 1..6_i64), 1..200),
    ) {
        let mut bucket = Bucket::new(at(0));
        let length = Duration::milliseconds(window);
        let first = Observation { window: Some(length), ..said(limit, limit - 1, at(window)) };
        bucket.learn(first, at(0));
        let (mut now, mut began, mut count) = (0, 0, 1);
        for (pause, wanted) in steps {
            now += pause;
            if let Take::Granted { requests, until } = bucket.take(wanted, at(now)) {
                if now >= began + window {
                    (began, count) = (now, 0);
                }
                count += requests;
                prop_assert!(count <= limit, "{count} of {limit}");
                prop_assert_eq!(until, at(began + window));
            }
        }
    }

    /// Whatever is said, nobody waits longer than the longest wait, and an answer never makes more
    /// of a window than the provider said, or than was there.
    #[test]
    fn nothing_that_is_said_does_harm(
        words in prop::collection::vec(
            (
                prop::option::of(-5..2000_i64),
                prop::option::of(-5..2000_i64),
                prop::option::of(-1_000_000_000..1_000_000_000_000_i64),
                prop::option::of(-1_000_000..1_000_000_000_000_i64),
                prop::option::of(-1_000_000_000..1_000_000_000_000_i64),
                0..10_000_000_i64,
            ),
            1..50,
        ),
    ) {
        let mut bucket = Bucket::new(at(0));
        let mut now = 0;
        for (limit, remaining, resets, window, blocked, pause) in words {
            now += pause;
            let said = Observation {
                limit,
                remaining,
                resets_at: resets.map(at),
                window: window.map(Duration::milliseconds),
                blocked_until: blocked.map(at),
            };
            let before = bucket.clone();
            bucket.learn(said, at(now));
            let is_same_window = before.resets_at == bucket.resets_at && before.limit == bucket.limit;
            if let (true, Some(was), Some(is)) = (is_same_window, before.remaining, bucket.remaining) {
                prop_assert!(is <= was);
            }
            if let (Some(said), Some(is)) =
                (said.bounded(at(now)).and_then(|said| said.remaining), bucket.remaining)
            {
                prop_assert!(is <= said);
            }
            if let Take::Wait(held) = bucket.take(1, at(now)) {
                let until = held.until();
                prop_assert!(until > at(now) && until - at(now) <= LONGEST_WAIT);
            }
            if let Some(left) = bucket.remaining {
                prop_assert!(left >= 0);
            }
        }
    }
}
