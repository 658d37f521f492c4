//! The rules: what must hold in every state and over every step, and what must be possible.

use stateright::{Expectation, Property};
use syncline_domain::{Lifecycle, Status};

use crate::machine::Machine;
use crate::world::{Worker, World};

/// The promises, and what would make them hollow: that some end is never reached.
pub fn all() -> Vec<Property<Machine>> {
    let mut all = vec![
        Property::always("one sync of a model has the turn", |_, world: &World| {
            world
                .syncs
                .iter()
                .filter(|row| row.status().holds_turn())
                .count()
                <= 1
        }),
        Property::always("one sync waits for each scope", |_, world: &World| {
            [false, true].iter().all(|scope| {
                let waits = |row: &&crate::world::Row| {
                    row.status() == Status::Scheduled && row.is_full_refresh == *scope
                };
                world.syncs.iter().filter(waits).count() <= 1
            })
        }),
        Property::always("one worker writes for a sync", |_, world: &World| {
            (0..world.syncs.len()).all(|sync| writers(world, sync) <= 1)
        }),
        Property::always("the fields of a sync agree", |_, world: &World| {
            world
                .syncs
                .iter()
                .all(|row| Lifecycle::restore(row.lifecycle.parts().clone()).is_ok())
        }),
        Property::always("no page lands twice", |_, world: &World| {
            world
                .syncs
                .iter()
                .all(|row| row.landed.iter().all(|n| *n <= 1))
        }),
        Property::always("a complete sync holds every page", |_, world: &World| {
            world
                .syncs
                .iter()
                .filter(|row| row.status() == Status::Complete)
                .all(|row| row.landed.iter().all(|n| *n >= 1))
        }),
        Property::always("no step breaks a rule", |_, world: &World| {
            world.broken.is_none()
        }),
    ];
    all.extend([
        Property::sometimes("a sync fails", |_, world: &World| {
            world.syncs.iter().any(|row| row.status() == Status::Failed)
        }),
        Property::sometimes(
            "a sync completes after a rescue or retry",
            |_, world: &World| {
                world
                    .syncs
                    .iter()
                    .any(|row| row.status() == Status::Complete && row.lifecycle.attempt() > 1)
            },
        ),
        Property::sometimes(
            "one is cancelled, and the next completes",
            |_, world: &World| {
                let statuses: Vec<Status> = world.syncs.iter().map(|row| row.status()).collect();
                statuses == [Status::Cancelled, Status::Complete]
            },
        ),
    ]);
    all
}

/// Whether `name` is broken by being found, and not merely an example.
pub fn is_a_rule(all: &[Property<Machine>], name: &str) -> bool {
    all.iter()
        .any(|rule| rule.name == name && rule.expectation == Expectation::Always)
}

/// What can be told only by looking at two states.
pub fn compare(before: &World, after: &mut World) {
    if after.broken.is_some() {
        return;
    }
    for (old, new) in before.syncs.iter().zip(&after.syncs) {
        let broken = if new.lifecycle.attempt() < old.lifecycle.attempt() {
            Some("an attempt number never falls")
        } else if old.status().is_final() && new.status() != old.status() {
            Some("a final status stays")
        } else if old.status() != Status::Running && new.landed != old.landed {
            Some("pages land while the sync runs")
        } else if new.position < old.position {
            Some("a position never goes back")
        } else {
            None
        };
        if broken.is_some() {
            after.broken = broken;
            return;
        }
    }
}

/// How many workers hold the attempt that runs.
fn writers(world: &World, sync: usize) -> usize {
    let row = &world.syncs[sync];
    let holds = |worker: &&Worker| match **worker {
        Worker::Took { sync: of, attempt }
        | Worker::Reads {
            sync: of, attempt, ..
        } => of == sync && attempt == row.lifecycle.attempt() && row.status() == Status::Running,
        Worker::Idle | Worker::Saw { .. } => false,
    };
    world.workers.iter().filter(holds).count()
}
