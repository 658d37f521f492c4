//! The budget, the back-off and the parks.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use chrono::{DateTime, Duration, Utc};
use proptest::prelude::*;
use syncline_domain::lifecycle::Lifecycle;
use syncline_domain::retry::{Failure, RetryPolicy};
use syncline_domain::state::Progress;
use syncline_domain::{Status, Transition};

fn t(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_772_323_200 + seconds, 0).unwrap()
}

fn running() -> Lifecycle {
    Lifecycle::scheduled(t(0))
        .apply(&Transition::enqueue(t(0)))
        .unwrap()
        .apply(&Transition::start(t(0)))
        .unwrap()
}

fn start_again(sync: &Lifecycle) -> Lifecycle {
    sync.apply(&Transition::enqueue(t(0)))
        .unwrap()
        .apply(&Transition::start(t(0)))
        .unwrap()
}

fn transient() -> Failure {
    Failure::Transient {
        message: "503 from the provider".into(),
        not_before: None,
    }
}

fn fail_once(sync: &Lifecycle, failure: Failure) -> Lifecycle {
    let next = RetryPolicy::default().after_failure(sync, failure, t(0), 1.0);
    sync.apply_fenced(sync.attempt(), &next).unwrap()
}

#[test]
fn the_fifth_failure_without_progress_is_the_last() {
    let mut sync = running();
    for _ in 0..4 {
        sync = fail_once(&sync, transient());
        assert_eq!(sync.status(), Status::PendingRetry);
        sync = start_again(&sync);
    }
    sync = fail_once(&sync, transient());
    assert_eq!(sync.status(), Status::Failed);
    insta::assert_snapshot!(sync.parts().error.as_deref().unwrap(),
        @"503 from the provider (gave up after 5 failures without progress)");
}

#[test]
fn progress_gives_new_failures_but_not_more_than_twenty_retries() {
    let mut sync = running();
    for page in 1..=20 {
        let reached = Progress {
            slice: 0,
            request: page,
            record: 0,
        };
        sync = sync.land_page(sync.attempt(), reached).unwrap();
        sync = fail_once(&sync, transient());
        assert_eq!(sync.status(), Status::PendingRetry, "retry {page}");
        sync = start_again(&sync);
    }
    sync = sync
        .land_page(
            21,
            Progress {
                slice: 1,
                request: 0,
                record: 0,
            },
        )
        .unwrap();
    sync = fail_once(&sync, transient());
    insta::assert_snapshot!(sync.parts().error.as_deref().unwrap(),
        @"503 from the provider (gave up after 20 retries)");
}

#[test]
fn going_over_old_ground_is_no_progress() {
    let reached = Progress {
        slice: 0,
        request: 7,
        record: 0,
    };
    let sync = running().land_page(1, reached).unwrap();
    let sync = start_again(&fail_once(&sync, transient()));
    let sync = sync
        .land_page(
            2,
            Progress {
                request: 6,
                ..reached
            },
        )
        .unwrap();
    assert_eq!(sync.parts().spent.consecutive, 1);
    let sync = sync
        .land_page(
            2,
            Progress {
                record: 1,
                ..reached
            },
        )
        .unwrap();
    assert_eq!(sync.parts().spent.consecutive, 0);
}

#[test]
fn a_dead_worker_costs_budget_and_a_spent_budget_fails() {
    let expired = || Failure::LeaseExpired {
        worker: "host:1".into(),
    };
    let mut sync = running();
    for _ in 0..4 {
        sync = start_again(&fail_once(&sync, expired()));
    }
    sync = fail_once(&sync, expired());
    assert_eq!(sync.status(), Status::Failed);
    insta::assert_snapshot!(sync.parts().error.as_deref().unwrap(),
        @"worker host:1 stopped renewing its lease (gave up after 5 failures without progress)");
}

#[test]
fn the_provider_may_say_later_for_a_day() {
    let policy = RetryPolicy::default();
    let later = |until| Failure::Later {
        message: "429".into(),
        until,
    };
    let mut sync = running();
    for hour in 0..24 {
        let now = t(hour * 3600);
        let next = policy.after_failure(&sync, later(Some(now + Duration::hours(1))), now, 0.5);
        sync = sync.apply(&next).unwrap();
        assert_eq!(sync.status(), Status::PendingRetry);
        assert_eq!(sync.parts().spent.total, 0, "a park costs no budget");
        sync = start_again(&sync);
    }
    let next = policy.after_failure(&sync, later(None), t(24 * 3600), 0.5);
    assert_eq!(sync.apply(&next).unwrap().status(), Status::Failed);

    // A page between begins the day anew.
    let sync = sync.land_page(sync.attempt(), Progress::default()).unwrap();
    let next = policy.after_failure(&sync, later(None), t(24 * 3600), 0.5);
    assert_eq!(sync.apply(&next).unwrap().parts().due_at, t(24 * 3600 + 60));
}

#[test]
fn the_providers_word_goes_before_our_back_off_but_never_into_the_past() {
    let policy = RetryPolicy::default();
    let not_before = Some(t(1000));
    let failure = Failure::Transient {
        message: "503".into(),
        not_before,
    };
    let sync = running()
        .apply(&policy.after_failure(&running(), failure, t(0), 1.0))
        .unwrap();
    assert_eq!(sync.parts().due_at, t(1000));
    let failure = Failure::Later {
        message: "429".into(),
        until: Some(t(-1000)),
    };
    let sync = running()
        .apply(&policy.after_failure(&running(), failure, t(0), 1.0))
        .unwrap();
    assert_eq!(sync.parts().due_at, t(0));
}

#[test]
fn a_permanent_failure_is_final_at_once() {
    let sync = fail_once(
        &running(),
        Failure::Permanent {
            message: "401".into(),
        },
    );
    assert_eq!(sync.status(), Status::Failed);
    assert_eq!(sync.parts().completed_at, Some(t(0)));
}

proptest! {
    #[test]
    fn a_delay_lies_between_nothing_and_its_edge(n in any::<i32>(), jitter in any::<f64>()) {
        let policy = RetryPolicy::default();
        let delay = policy.delay(n, jitter);
        prop_assert!(delay >= Duration::zero());
        prop_assert!(delay <= policy.delay(n, 1.0));
        prop_assert!(policy.delay(n, 1.0) <= policy.cap);
        prop_assert!(policy.delay(n, 1.0) <= policy.delay(n.saturating_add(1), 1.0));
    }
}
