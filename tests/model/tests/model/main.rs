//! Model check of one model's turn: claims, leases, fences, rescue, hold, cancel and join, with
//! three workers and two schedulers.
//!
//! Each action is one transaction of the store, or the question that another transaction of the
//! same process follows up: what was seen may have changed in between. Statuses and budgets come
//! from the domain's own functions. Time stands still: whatever waits is due, and a lease may run
//! out at any moment, because a check of safety must hold however long anything takes.

mod checks;
mod machine;
mod steps;
mod world;

use stateright::{Checker, HasDiscoveries, Model};

use machine::{Bug, Machine};

/// Explores every state, or stops at the first that breaks a rule.
fn broken_rules(machine: Machine) -> (Vec<&'static str>, usize) {
    let checker = machine
        .checker()
        .finish_when(HasDiscoveries::AnyFailures)
        .threads(2)
        .spawn_bfs()
        .join();
    let model = checker.model();
    let rules = model.properties();
    let broken = checker
        .discoveries()
        .into_keys()
        .filter(|name| checks::is_a_rule(&rules, name))
        .collect();
    (broken, checker.unique_state_count())
}

#[test]
fn no_order_of_steps_breaks_a_rule() {
    let checker = Machine::sound().checker().threads(2).spawn_bfs().join();
    checker.assert_properties();
    println!("{} states", checker.unique_state_count());
    assert!(
        checker.is_done() && checker.unique_state_count() > 10_000,
        "all of them were looked at"
    );
}

#[test]
fn each_bug_breaks_a_rule() {
    for bug in Bug::ALL {
        let (broken, states) = broken_rules(Machine::with(bug));
        println!("{bug:?}: {broken:?} after {states} states");
        assert!(
            !broken.is_empty(),
            "{bug:?} was not seen in {states} states"
        );
    }
}
