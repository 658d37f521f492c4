//! Many seeds.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::run::{Outcome, simulate};

/// Seeds that every run of the tests tries.
const SEEDS: u64 = 1000;

/// What must have happened somewhere in them, for else they prove little.
const WANTED: [&str; 45] = [
    "complete",
    "retry",
    "park",
    "release",
    "rescue",
    "fail",
    "cancel",
    "join",
    "request",
    "disable",
    "enable",
    "reconfigure",
    "replace state",
    "delete",
    "tombstone",
    "crash",
    "shutdown",
    "freeze",
    "clock jump",
    "call lost before",
    "call lost after",
    "passing failure",
    "passing failure with a time",
    "429",
    "429 with a time",
    "401",
    "404",
    "expired token",
    "same page",
    "panic",
    "doubt",
    "quota used up",
    "event page",
    "deletes spared",
    "deletes superseded",
    "deletes released",
    "deletes undone",
    "decision to dismiss",
    "decision to undo",
    "undo of a sweep",
    "claim beside a quota",
    "downtime",
    "tick",
    "ticks missed",
    "enabled after a tick",
];

/// And so often, at least.
const OFTEN: u64 = 10;

/// Runs seeds on two threads until one breaks a promise; gives the lowest of those.
fn run(first: u64, count: u64) -> (BTreeMap<&'static str, u64>, Option<(u64, Outcome)>) {
    let next = AtomicU64::new(first);
    let broken: Mutex<Option<(u64, Outcome)>> = Mutex::new(None);
    let counts: Mutex<BTreeMap<&'static str, u64>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::SeqCst);
                    if seed >= first + count {
                        return;
                    }
                    let outcome = simulate(seed);
                    let mut sums = counts.lock().unwrap_or_else(PoisonError::into_inner);
                    for (what, count) in &outcome.counts {
                        *sums.entry(what).or_default() += count;
                    }
                    drop(sums);
                    if outcome.broken.is_some() {
                        next.store(first + count, Ordering::SeqCst);
                        let mut broken = broken.lock().unwrap_or_else(PoisonError::into_inner);
                        if broken.as_ref().is_none_or(|(other, _)| seed < *other) {
                            *broken = Some((seed, outcome));
                        }
                    }
                }
            });
        }
    });
    let broken = broken.into_inner().unwrap_or_else(PoisonError::into_inner);
    (
        counts.into_inner().unwrap_or_else(PoisonError::into_inner),
        broken,
    )
}

fn tell(seed: u64, outcome: &Outcome) -> String {
    match &outcome.broken {
        Some(broken) => format!(
            "seed {seed} broke a promise: {}\n  {}\nto see what happened: make simulate SEED={seed}",
            broken.promise, broken.detail
        ),
        None => format!("seed {seed} kept all promises"),
    }
}

#[test]
fn a_thousand_seeds_keep_every_promise() {
    let (counts, broken) = run(0, SEEDS);
    if let Some((seed, outcome)) = broken {
        panic!("{}", tell(seed, &outcome));
    }
    println!("{counts:?}");
    let missing: Vec<_> = WANTED
        .iter()
        .filter(|what| counts.get(*what).is_none_or(|count| *count < OFTEN))
        .collect();
    assert!(missing.is_empty(), "hardly ever happened: {missing:?}");
}

#[test]
fn a_seed_does_the_same_again() {
    for seed in [1, 2, 3, 500, 501, 502, 503, 504] {
        let (one, other) = (simulate(seed), simulate(seed));
        assert!(
            one.trace.lines.len() > 50,
            "seed {seed} did next to nothing"
        );
        assert_eq!(one.trace.lines, other.trace.lines, "seed {seed}");
        assert_eq!(one.trace.hash(), other.trace.hash(), "seed {seed}");
        assert_ne!(one.trace.hash(), simulate(seed + 10_000).trace.hash());
    }
}

/// `make simulate`: `SEED` tells one whole story, `SEEDS` tries many; with a `BUG`, if one is named.
#[test]
#[ignore = "asked for by make simulate"]
fn as_asked() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    if let Some(seed) = number("SEED") {
        #[cfg(feature = "bugs")]
        syncline_store::bug::choose(crate::bugs::asked());
        let outcome = simulate(seed);
        for line in &outcome.trace.lines {
            println!("{line}");
        }
        println!("{:?}\n{}", outcome.counts, tell(seed, &outcome));
        assert!(outcome.broken.is_none(), "seed {seed} broke a promise");
        return;
    }
    let seeds = number("SEEDS").unwrap_or(SEEDS);
    #[cfg(feature = "bugs")]
    if let Some(bug) = crate::bugs::asked() {
        println!("{bug:?}: {:?}", crate::bugs::count(bug, seeds));
        return;
    }
    let (counts, broken) = run(number("FIRST").unwrap_or(0), seeds);
    if let Some((seed, outcome)) = broken {
        panic!("{}", tell(seed, &outcome));
    }
    println!("{seeds} seeds kept every promise: {counts:?}");
}
