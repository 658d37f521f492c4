//! Every pair of status and transition, and what no sequence of them can do.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use chrono::{DateTime, Duration, Utc};
use proptest::prelude::*;
use syncline_domain::lifecycle::Lifecycle;
use syncline_domain::retry::{Failure, RetryPolicy};
use syncline_domain::state::Progress;
use syncline_domain::{Status, Transition, TransitionError, TransitionKind};

fn start_of_time() -> DateTime<Utc> {
    "2026-03-01T00:00:00Z".parse().unwrap()
}

#[test]
fn every_pair_of_status_and_transition() {
    let mut table = String::new();
    for from in Status::ALL {
        for kind in TransitionKind::ALL {
            let to = kind.target(from).map_or("-".to_owned(), |target| {
                let names: Vec<_> = target.statuses().iter().map(|s| s.as_str()).collect();
                names.join(" or ")
            });
            table.push_str(&format!("{from:13} {kind:8} {to}\n"));
        }
    }
    insta::assert_snapshot!(table);
}

#[test]
fn a_transition_that_the_table_lacks_is_refused_by_name() {
    let now = start_of_time();
    let error = Lifecycle::scheduled(now)
        .apply(&Transition::complete(now))
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "a sync that is scheduled cannot complete"
    );
}

#[test]
fn what_each_transition_sets() {
    let t = |seconds| start_of_time() + Duration::seconds(seconds);
    let running = Lifecycle::scheduled(t(0))
        .apply(&Transition::enqueue(t(1)))
        .unwrap()
        .apply(&Transition::start(t(2)))
        .unwrap();
    assert_eq!(running.parts().started_at, Some(t(2)));

    let waiting = running
        .apply(&Transition::retry(t(3), "503", t(9)))
        .unwrap();
    assert_eq!(waiting.parts().error.as_deref(), Some("503"));
    assert_eq!(waiting.parts().due_at, t(9));
    assert_eq!(waiting.parts().spent.consecutive, 1);

    let again = waiting
        .apply(&Transition::enqueue(t(9)))
        .unwrap()
        .apply(&Transition::start(t(10)))
        .unwrap();
    assert_eq!(again.parts().error, None);
    assert_eq!(
        again.parts().started_at,
        Some(t(2)),
        "started_at is set once"
    );
    assert_eq!(again.attempt(), 2);

    let released = again.apply(&Transition::release(t(11))).unwrap();
    assert_eq!(
        (released.status(), released.parts().spent.total),
        (Status::Queued, 1)
    );
    let held = released.apply(&Transition::hold(t(12))).unwrap();
    assert_eq!(
        held.status(),
        Status::PendingRetry,
        "it has run, so it keeps its turn"
    );
    let never_ran = Lifecycle::scheduled(t(0))
        .apply(&Transition::enqueue(t(1)))
        .unwrap()
        .apply(&Transition::hold(t(2)))
        .unwrap();
    assert_eq!(never_ran.status(), Status::Scheduled);

    let cancelled = held.apply(&Transition::cancel(t(13))).unwrap();
    assert_eq!(cancelled.parts().completed_at, Some(t(13)));
}

/// One step of a random life. Times only move on.
#[derive(Debug, Clone)]
enum Step {
    Transition(TransitionKind),
    Fail(Failure),
    Page { attempt_behind: i32, request: i64 },
    MakeDue,
}

fn any_step() -> impl Strategy<Value = (Step, u16)> {
    let message = || "m".to_owned();
    let step = prop_oneof![
        6 => prop::sample::select(TransitionKind::ALL.to_vec()).prop_map(Step::Transition),
        2 => prop::sample::select(vec![
            Failure::Transient { message: message(), not_before: None },
            Failure::Later { message: message(), until: None },
            Failure::Permanent { message: message() },
            Failure::LeaseExpired { worker: "w".into() },
        ])
        .prop_map(Step::Fail),
        3 => (0..3i32, 0..50i64)
            .prop_map(|(attempt_behind, request)| Step::Page { attempt_behind, request }),
        1 => Just(Step::MakeDue),
    ];
    (step, any::<u16>())
}

fn transition(kind: TransitionKind, at: DateTime<Utc>) -> Transition {
    match kind {
        TransitionKind::Enqueue => Transition::enqueue(at),
        TransitionKind::Start => Transition::start(at),
        TransitionKind::Complete => Transition::complete(at),
        TransitionKind::Retry => Transition::retry(at, "m", at),
        TransitionKind::Park => Transition::park(at, "m", at),
        TransitionKind::Release => Transition::release(at),
        TransitionKind::Rescue => Transition::rescue(at, "m", Some(at)),
        TransitionKind::Hold => Transition::hold(at),
        TransitionKind::Fail => Transition::fail(at, "m"),
        TransitionKind::Cancel => Transition::cancel(at),
    }
}

proptest! {
    #[test]
    fn whatever_happens_the_invariants_hold(steps in prop::collection::vec(any_step(), 0..80)) {
        let policy = RetryPolicy::default();
        let mut now = start_of_time();
        let mut sync = Lifecycle::scheduled(now);
        for (step, seconds) in steps {
            now += Duration::seconds(i64::from(seconds));
            let before = sync.clone();
            let after = match step {
                Step::Transition(kind) => sync.apply(&transition(kind, now)),
                Step::Fail(failure) => {
                    let next = policy.after_failure(&sync, failure, now, 0.5);
                    sync.apply_fenced(sync.attempt(), &next)
                }
                Step::Page { attempt_behind, request } => {
                    let held = sync.attempt() - attempt_behind;
                    let reached = Progress { slice: 0, request, record: 0 };
                    let landed = sync.land_page(held, reached);
                    if attempt_behind > 0 || sync.status() != Status::Running {
                        let fenced = matches!(landed, Err(TransitionError::Fenced { .. }));
                        prop_assert!(fenced, "an old attempt's page landed");
                    }
                    landed
                }
                Step::MakeDue => Ok(sync.make_due(now)),
            };
            sync = after.unwrap_or(sync);
            let (a, b) = (before.parts(), sync.parts());
            if a.status.is_final() {
                prop_assert_eq!(a, b, "something left a final status");
            }
            prop_assert!(b.attempt >= a.attempt, "the attempt fell");
            prop_assert!(b.attempt - a.attempt <= 1);
            prop_assert!(b.spent.furthest >= a.spent.furthest);
            prop_assert!(b.spent.total >= a.spent.total);
            prop_assert!(a.started_at.is_none() || a.started_at == b.started_at);
            // What was reached can be stored and read back: the invariants of `restore` hold.
            prop_assert_eq!(&Lifecycle::restore(b.clone()).unwrap(), &sync);
        }
    }

    #[test]
    fn only_the_running_attempt_can_write(attempts in 1..6i32, held in -1..8i32) {
        let now = start_of_time();
        let mut sync = Lifecycle::scheduled(now);
        for _ in 0..attempts {
            if sync.status() == Status::Running {
                sync = sync.apply(&Transition::retry(now, "m", now)).unwrap();
            }
            sync = sync.apply(&Transition::enqueue(now)).unwrap().apply(&Transition::start(now)).unwrap();
        }
        for write in [
            Transition::complete(now),
            Transition::fail(now, "m"),
            Transition::retry(now, "m", now),
            Transition::park(now, "m", now),
            Transition::release(now),
        ] {
            prop_assert_eq!(sync.apply_fenced(held, &write).is_ok(), held == attempts);
        }
    }
}
