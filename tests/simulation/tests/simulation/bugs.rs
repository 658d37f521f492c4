//! The simulation can fail: it finds each deliberate bug, by the promise that the bug breaks.
//!
//! ```text
//! make simulate BUG=JoinStarted SEED=0
//! ```

use std::collections::BTreeMap;
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
            "each page counts once",
            // What landed unseen is counted as missed.
            "what is proven gone is deleted",
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
            "what is decided about held deletes is done",
            "an undo brings back what was released",
            "the feed is in the order of commits, without a gap",
            "the store keeps what was served",
        ],
    ),
    (
        Bug::NumbersTakenTwice,
        &[
            "the feed is in the order of commits, without a gap",
            "a page lands whole, and nothing beside it",
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
        &[
            "a sync moves by the table",
            "a sync fails when its budget is spent",
            "progress forgives failures",
            "no cap is passed",
        ],
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
            "too many deletes are held",
        ],
    ),
    (
        Bug::DoubtTakenForProof,
        &[
            "only what is proven gone is deleted",
            "too many deletes are held",
        ],
    ),
    (
        Bug::GuardIgnored,
        &[
            "too many deletes are held",
            "only what is proven gone is deleted",
        ],
    ),
    (
        Bug::SweepLeftOut,
        &[
            "what is proven gone is deleted",
            "too many deletes are held",
        ],
    ),
    (Bug::QuotaNotTaken, &["a quota that is known is kept"]),
    (
        Bug::EventForgotten,
        &["each change of a status is told once, in order"],
    ),
    (
        Bug::HeldNotSpared,
        &[
            "a release deletes what is held, once",
            "too many deletes are held",
        ],
    ),
    (
        Bug::DeletedStaysSuspected,
        &[
            "too many deletes are held",
            "only what is proven gone is deleted",
        ],
    ),
    (
        Bug::UndoneIsSwept,
        &[
            "only what is proven gone is deleted",
            "what is proven gone is deleted",
        ],
    ),
    (
        Bug::UndoOfLastBatch,
        &["an undo brings back what was released"],
    ),
    (Bug::QuotaNotAsked, &["a quota that is known is kept"]),
    (
        Bug::ClaimIgnoresQuota,
        &["what may not ask now is not claimed"],
    ),
    (
        Bug::TickPerMissedTick,
        &[
            "each tick makes one sync, in its time",
            "one sync, soon, stands for all ticks that were missed",
        ],
    ),
    (
        Bug::CatchUpAtOnce,
        &["one sync, soon, stands for all ticks that were missed"],
    ),
    (
        Bug::MissedTickForgotten,
        &["one sync, soon, stands for all ticks that were missed"],
    ),
];

/// The bug of `make simulate BUG=…`; none when none is named.
pub fn asked() -> Option<Bug> {
    let name = std::env::var("BUG").ok().filter(|name| !name.is_empty())?;
    let found = Bug::ALL.into_iter().find(|bug| format!("{bug:?}") == name);
    assert!(found.is_some(), "there is no bug {name}");
    found
}

/// How many of `seeds` break which promise first.
pub fn count(bug: Bug, seeds: u64) -> BTreeMap<&'static str, u64> {
    bug::choose(Some(bug));
    let mut counts = BTreeMap::new();
    for broken in (0..seeds).filter_map(|seed| simulate(seed).broken) {
        *counts.entry(broken.promise).or_default() += 1;
    }
    bug::choose(None);
    counts
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
