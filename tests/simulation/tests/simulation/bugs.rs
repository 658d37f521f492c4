//! The simulation can fail: it finds each deliberate bug, by the promise that the bug breaks.
//!
//! ```text
//! make simulate BUG=FenceWithoutAttempt SEED=12
//! ```

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use syncline_store::bug::{self, Bug};

use crate::run::simulate;

/// Seeds that are tried for a bug. Most are found in the first few.
const SEEDS: u64 = 1000;

/// What each bug breaks first: one of these, as the seed has it.
const EXPECTED: [(Bug, &[&str]); Bug::ALL.len()] = [
    (
        Bug::FenceWithoutAttempt,
        &["only the attempt that runs writes"],
    ),
    (
        Bug::FenceWithoutStatus,
        &[
            "a page lands whole, and nothing beside it",
            "only the attempt that runs writes",
        ],
    ),
    (
        Bug::PageWithoutPosition,
        &["a page lands whole, and nothing beside it"],
    ),
    (
        Bug::PositionBeforePage,
        &["a page lands whole, and nothing beside it"],
    ),
    (
        Bug::StateBeforePage,
        &["a state moves with its window", "each page counts once"],
    ),
    (Bug::CommitSentAgain, &["each page counts once"]),
    (
        Bug::BudgetNeverReset,
        &[
            "progress forgives failures",
            "a sync fails when its budget is spent",
        ],
    ),
    (Bug::BudgetNeverCounted, &["progress forgives failures"]),
    (Bug::ParkCostsBudget, &["progress forgives failures"]),
    (
        Bug::RetryAfterIgnored,
        &["a sync fails when its budget is spent"],
    ),
    (
        Bug::FeedMaxPlusOne,
        &[
            "the feed is in the order of commits, without a gap",
            "the store keeps what was served",
        ],
    ),
    (Bug::JoinStarted, &["a request joins what has not started"]),
    (Bug::TurnTakenTwice, &["callers get true answers"]),
    (Bug::TurnNotHandedOn, &["a turn that is free is handed on"]),
    (
        Bug::DisabledIsQueued,
        &["a disabled connection is left alone"],
    ),
    (Bug::CapsIgnored, &["no cap is passed"]),
    (
        Bug::RescueAtEveryStart,
        &["only who is silent is rescued from"],
    ),
    (
        Bug::HeartbeatRevives,
        &["a sync moves by the table", "progress forgives failures"],
    ),
    (
        Bug::RangeOfEachAttempt,
        &["a range stays as it was settled"],
    ),
    (Bug::PartMovesState, &["a state moves with its window"]),
    (Bug::RefreshMovesState, &["a state moves with its window"]),
    (Bug::ErrorTakenForEnd, &["complete means complete"]),
    (
        Bug::SeenForgottenByRetry,
        &[
            "only what is proven gone is deleted",
            "what is proven gone is deleted",
            "a state moves with its window",
        ],
    ),
    (
        Bug::DoubtTakenForProof,
        &["only what is proven gone is deleted"],
    ),
    (Bug::GuardIgnored, &["only what is proven gone is deleted"]),
    (Bug::SweepLeftOut, &["what is proven gone is deleted"]),
];

/// Chooses for this thread; none for an empty name.
pub fn choose_by_name(name: &str) {
    let mut found = Bug::ALL.into_iter();
    let found = found.find(|bug| format!("{bug:?}") == name);
    assert!(found.is_some() || name.is_empty(), "there is no bug {name}");
    bug::choose(found);
}

#[test]
fn each_bug_is_caught() {
    let bugs: Vec<Bug> = EXPECTED.iter().map(|(bug, _)| *bug).collect();
    assert_eq!(bugs, Bug::ALL);
    let next = AtomicUsize::new(0);
    let wrong = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some((bug, promises)) = EXPECTED.get(next.fetch_add(1, Ordering::SeqCst))
                {
                    let told = catch(*bug, promises);
                    let mut wrong = wrong.lock().unwrap_or_else(PoisonError::into_inner);
                    wrong.extend(told.err());
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap_or_else(PoisonError::into_inner);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Tries seeds until one breaks a promise, which it must keep without the bug.
fn catch(bug: Bug, promises: &[&str]) -> Result<(), String> {
    for seed in 0..SEEDS {
        bug::choose(Some(bug));
        let broken = simulate(seed).broken;
        bug::choose(None);
        let Some(broken) = broken else { continue };
        println!("{bug:?}, seed {seed}: {}", broken.promise);
        if !promises.contains(&broken.promise) {
            return Err(format!(
                "{bug:?} broke another promise than {promises:?}: make simulate BUG={bug:?} \
                 SEED={seed}\n  {}: {}",
                broken.promise, broken.detail
            ));
        }
        if let Some(broken) = simulate(seed).broken {
            return Err(format!(
                "seed {seed} breaks a promise without {bug:?}: {}",
                broken.promise
            ));
        }
        return Ok(());
    }
    Err(format!("{bug:?} was not caught in {SEEDS} seeds"))
}
