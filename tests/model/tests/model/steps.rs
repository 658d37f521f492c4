//! What each step does to the rows, by the domain's own functions.

use syncline_domain::retry::Failure;
use syncline_domain::state::Progress;
use syncline_domain::{AttemptNumber, Lifecycle, Status, Transition, TransitionError};

use crate::machine::{Bug, Machine, Step};
use crate::world::{NOW, Row, Scheduler, Worker, World};

/// Takes a step. Where the store would refuse it, the process forgets what it believed.
pub fn take(machine: &Machine, world: &mut World, step: Step) {
    match step {
        Step::Request { is_full_refresh } => request(machine, world, is_full_refresh),
        Step::Cancel { sync } => {
            move_sync(machine, world, sync, None, &Transition::cancel(NOW));
        }
        Step::Disable => disable(machine, world),
        Step::Enable => world.is_disabled = false,
        Step::LeaseRunsOut { sync } => world.syncs[sync].is_expired = true,
        Step::SeeExpired { scheduler, sync } => {
            world.schedulers[scheduler] = Scheduler::SawExpired { sync };
        }
        Step::SeeDue { scheduler, sync } => {
            world.schedulers[scheduler] = Scheduler::SawDue { sync };
        }
        Step::FollowUp { scheduler } => {
            match std::mem::replace(&mut world.schedulers[scheduler], Scheduler::Idle) {
                Scheduler::Idle => {}
                Scheduler::SawExpired { sync } => rescue(machine, world, sync),
                Scheduler::SawDue { sync } => enqueue(machine, world, sync),
            }
        }
        Step::See { worker, sync } => {
            world.workers[worker] = Worker::Saw { sync };
        }
        Step::Take { worker } => claim(machine, world, worker),
        Step::Begin { worker } => begin(world, worker),
        Step::Land { worker } => land(machine, world, worker),
        Step::Complete { worker } => complete(machine, world, worker),
        Step::FailForNow { worker } => fail(machine, world, worker, |message| Failure::Transient {
            message,
            not_before: None,
        }),
        Step::FailForGood { worker } => fail(machine, world, worker, |message| {
            Failure::Permanent { message }
        }),
        Step::Park { worker } => fail(machine, world, worker, |message| Failure::Later {
            message,
            until: None,
        }),
        Step::Release { worker } => end(machine, world, worker, &Transition::release(NOW)),
        Step::Crash { worker } => world.workers[worker] = Worker::Idle,
    }
}

/// Whether a sync that waits would be queued now.
pub fn may_enqueue(machine: &Machine, world: &World, sync: usize) -> bool {
    let is_free = !world.syncs.iter().any(|row| {
        let is_forgotten =
            machine.has(Bug::TurnLostInRetry) && row.status() == Status::PendingRetry;
        row.status().holds_turn() && !is_forgotten
    });
    match world.syncs[sync].status() {
        Status::Scheduled => is_free && !world.is_disabled,
        Status::PendingRetry => !world.is_disabled,
        Status::Queued
        | Status::Running
        | Status::Complete
        | Status::Failed
        | Status::Cancelled => false,
    }
}

fn request(machine: &Machine, world: &mut World, is_full_refresh: bool) {
    world.requests -= 1;
    let joins = |row: &Row| {
        row.can_be_joined(is_full_refresh)
            || machine.has(Bug::JoinStarted)
                && row.status() == Status::Running
                && row.is_full_refresh == is_full_refresh
    };
    let sync = match world.syncs.iter().position(joins) {
        Some(sync) => {
            let row = &mut world.syncs[sync];
            row.is_asked_too_late = row.lifecycle.attempt() > 0;
            sync
        }
        None => {
            world.syncs.push(Row::new(is_full_refresh));
            world.syncs.len() - 1
        }
    };
    if world.syncs[sync].status() == Status::Scheduled && may_enqueue(machine, world, sync) {
        move_sync(machine, world, sync, None, &Transition::enqueue(NOW));
    }
}

/// What is queued is held; what runs goes on.
fn disable(machine: &Machine, world: &mut World) {
    world.is_disabled = true;
    for sync in 0..world.syncs.len() {
        if world.syncs[sync].status() == Status::Queued {
            move_sync(machine, world, sync, None, &Transition::hold(NOW));
        }
    }
}

fn enqueue(machine: &Machine, world: &mut World, sync: usize) {
    let waits = matches!(
        world.syncs[sync].status(),
        Status::Scheduled | Status::PendingRetry
    );
    if may_enqueue(machine, world, sync) || waits && machine.has(Bug::TurnNotCheckedAgain) {
        move_sync(machine, world, sync, None, &Transition::enqueue(NOW));
    }
}

fn rescue(machine: &Machine, world: &mut World, sync: usize) {
    let row = &world.syncs[sync];
    let is_late = row.is_expired || machine.has(Bug::NoSecondLook);
    if row.status() != Status::Running || !is_late {
        return;
    }
    if !row.is_expired {
        world.broken = Some("only a lease that ran out is rescued");
    }
    let failure = Failure::LeaseExpired {
        worker: "worker".to_owned(),
    };
    give_up(machine, world, sync, None, failure);
}

fn claim(machine: &Machine, world: &mut World, worker: usize) {
    let Worker::Saw { sync } = world.workers[worker] else {
        return;
    };
    let row = &mut world.syncs[sync];
    world.workers[worker] = Worker::Idle;
    let started = match row.lifecycle.apply(&Transition::start(NOW)) {
        Ok(started) => started,
        // The guard of the statement. Without it the claim writes what it made of what it saw.
        Err(_) if machine.has(Bug::ClaimNotGuarded) && row.status() == Status::Running => {
            row.lifecycle.clone()
        }
        Err(_) => return,
    };
    row.lifecycle = if machine.has(Bug::AttemptReused) && started.attempt() > 1 {
        let mut parts = started.parts().clone();
        parts.attempt -= 1;
        Lifecycle::restore(parts).unwrap_or(started)
    } else {
        started
    };
    row.is_expired = false;
    let attempt = row.lifecycle.attempt();
    world.workers[worker] = Worker::Took { sync, attempt };
}

fn begin(world: &mut World, worker: usize) {
    if let Worker::Took { sync, attempt } = world.workers[worker] {
        let row = &world.syncs[sync];
        let is_mine = row.status() == Status::Running && row.lifecycle.attempt() == attempt;
        world.workers[worker] = if is_mine {
            let page = row.position;
            Worker::Reads {
                sync,
                attempt,
                page,
            }
        } else {
            Worker::Idle
        };
    }
}

fn land(machine: &Machine, world: &mut World, worker: usize) {
    let Worker::Reads {
        sync,
        attempt,
        page,
    } = world.workers[worker]
    else {
        return;
    };
    let row = &mut world.syncs[sync];
    let reached = Progress {
        slice: 0,
        request: i64::from(page) + 1,
        record: 0,
    };
    match row.lifecycle.land_page(attempt, reached) {
        Ok(_) if machine.has(Bug::BudgetNeverReset) => {}
        Ok(landed) => row.lifecycle = landed,
        Err(_) if machine.has(Bug::NoFence) => {}
        Err(_) => {
            world.workers[worker] = Worker::Idle;
            return;
        }
    }
    if machine.has(Bug::PositionFirst) && row.position == page {
        // Two transactions where one is due: a crash between them loses the page.
        row.position = page + 1;
        return;
    }
    row.landed[usize::from(page)] += 1;
    row.is_expired = false;
    row.failures = 0;
    if !machine.has(Bug::PositionForgotten) {
        row.position = row.position.max(page + 1);
    }
    let page = page + 1;
    world.workers[worker] = Worker::Reads {
        sync,
        attempt,
        page,
    };
}

fn complete(machine: &Machine, world: &mut World, worker: usize) {
    if let Worker::Reads { sync, .. } = world.workers[worker] {
        let was_complete = world.syncs[sync].status() == Status::Complete;
        end(machine, world, worker, &Transition::complete(NOW));
        let row = &world.syncs[sync];
        if !was_complete && row.status() == Status::Complete && row.is_asked_too_late {
            world.broken = Some("what is asked for is read after it was asked for");
        }
    }
}

fn fail(machine: &Machine, world: &mut World, worker: usize, failure: fn(String) -> Failure) {
    if let Worker::Reads { sync, attempt, .. } = world.workers[worker] {
        let failure = failure("it failed".to_owned());
        give_up(machine, world, sync, Some(attempt), failure);
        world.workers[worker] = Worker::Idle;
    }
}

/// A failure, answered by the domain's budget; held against a count of our own.
fn give_up(
    machine: &Machine,
    world: &mut World,
    sync: usize,
    fence: Option<AttemptNumber>,
    failure: Failure,
) {
    let is_counted = matches!(
        failure,
        Failure::Transient { .. } | Failure::LeaseExpired { .. }
    );
    let row = &world.syncs[sync];
    let transition = machine
        .policy
        .after_failure(&row.lifecycle, failure, NOW, 0.0);
    if !move_sync(machine, world, sync, fence, &transition) || !is_counted {
        return;
    }
    let row = &mut world.syncs[sync];
    row.failures += 1;
    let is_spent = row.failures >= machine.policy.max_consecutive;
    if is_spent != (row.status() == Status::Failed) {
        world.broken = Some("a sync fails exactly when its budget is spent");
    }
}

fn end(machine: &Machine, world: &mut World, worker: usize, transition: &Transition) {
    if let Worker::Reads { sync, attempt, .. } = world.workers[worker] {
        move_sync(machine, world, sync, Some(attempt), transition);
        world.workers[worker] = Worker::Idle;
    }
}

/// A move under the locks of model and sync. `false` when it does not apply.
fn move_sync(
    machine: &Machine,
    world: &mut World,
    sync: usize,
    fence: Option<AttemptNumber>,
    transition: &Transition,
) -> bool {
    let row = &mut world.syncs[sync];
    let from = row.status();
    let moved: Result<Lifecycle, TransitionError> = match fence {
        Some(attempt) if !machine.has(Bug::NoFence) => {
            row.lifecycle.apply_fenced(attempt, transition)
        }
        _ => row.lifecycle.apply(transition),
    };
    let Ok(moved) = moved else {
        return false;
    };
    row.lifecycle = moved;
    row.is_expired = false;
    if row.status().is_final() && from.holds_turn() {
        hand_turn_on(machine, world);
    }
    true
}

fn hand_turn_on(machine: &Machine, world: &mut World) {
    for sync in 0..world.syncs.len() {
        let waits = world.syncs[sync].status() == Status::Scheduled && !world.is_disabled;
        if waits && may_enqueue(machine, world, sync) {
            move_sync(machine, world, sync, None, &Transition::enqueue(NOW));
        }
    }
}
