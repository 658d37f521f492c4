//! Which steps are possible, and which of them a bug takes wrongly.

use chrono::Duration;
use stateright::{Model, Property};
use syncline_domain::Status;
use syncline_domain::retry::RetryPolicy;

use crate::checks;
use crate::steps;
use crate::world::{PAGES, Row, Scheduler, Worker, World};

const WORKERS: usize = 3;
const SCHEDULERS: usize = 2;
/// At most so many syncs of the model, one that runs and one that waits.
const SYNCS: usize = 2;
const REQUESTS: u8 = 2;
/// Further attempts show nothing new.
const ATTEMPTS: i32 = 2;

/// Three workers, two schedulers and their callers.
pub struct Machine {
    pub bug: Option<Bug>,
    pub policy: RetryPolicy,
}

/// What the store or the engine might do wrongly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bug {
    /// Pages land whoever runs.
    NoFence,
    /// A rescue trusts what it saw before it had the lock.
    NoSecondLook,
    /// What was due is queued though the turn was taken meanwhile.
    TurnNotCheckedAgain,
    /// A claim takes what was queued when it looked.
    ClaimNotGuarded,
    /// A request joins a sync that runs.
    JoinStarted,
    /// Progress does not forgive failures.
    BudgetNeverReset,
    /// A page lands, and the position stays.
    PositionForgotten,
    /// The position moves before the page lands.
    PositionFirst,
    /// It completes with a page to go.
    CompleteEarly,
    /// A sync that waits for its retry loses its turn.
    TurnLostInRetry,
    /// A later attempt has the number of the one before.
    AttemptReused,
}

impl Bug {
    pub const ALL: [Bug; 11] = [
        Bug::NoFence,
        Bug::NoSecondLook,
        Bug::TurnNotCheckedAgain,
        Bug::ClaimNotGuarded,
        Bug::JoinStarted,
        Bug::BudgetNeverReset,
        Bug::PositionForgotten,
        Bug::PositionFirst,
        Bug::CompleteEarly,
        Bug::TurnLostInRetry,
        Bug::AttemptReused,
    ];
}

/// One transaction, or the question before one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Request { is_full_refresh: bool },
    Cancel { sync: usize },
    Disable,
    Enable,
    LeaseRunsOut { sync: usize },
    SeeExpired { scheduler: usize, sync: usize },
    SeeDue { scheduler: usize, sync: usize },
    FollowUp { scheduler: usize },
    See { worker: usize, sync: usize },
    Take { worker: usize },
    Begin { worker: usize },
    Land { worker: usize },
    Complete { worker: usize },
    FailForNow { worker: usize },
    FailForGood { worker: usize },
    Park { worker: usize },
    Release { worker: usize },
    Crash { worker: usize },
}

impl Machine {
    pub fn sound() -> Self {
        Self {
            bug: None,
            policy: RetryPolicy {
                base: Duration::zero(),
                max_consecutive: 2,
                ..RetryPolicy::default()
            },
        }
    }

    pub fn with(bug: Bug) -> Self {
        Self {
            bug: Some(bug),
            ..Self::sound()
        }
    }

    pub fn has(&self, bug: Bug) -> bool {
        self.bug == Some(bug)
    }

    fn steps_of_callers(&self, world: &World, steps: &mut Vec<Step>) {
        if world.requests > 0 {
            for is_full_refresh in [false, true] {
                steps.push(Step::Request { is_full_refresh });
            }
        }
        steps.push(if world.is_disabled {
            Step::Enable
        } else {
            Step::Disable
        });
        for (sync, row) in world.syncs.iter().enumerate() {
            if !row.status().is_final() {
                steps.push(Step::Cancel { sync });
            }
            if row.status() == Status::Running && !row.is_expired {
                steps.push(Step::LeaseRunsOut { sync });
            }
        }
    }

    fn steps_of_schedulers(&self, world: &World, steps: &mut Vec<Step>) {
        for (scheduler, seen) in world.schedulers.iter().enumerate() {
            if *seen != Scheduler::Idle {
                steps.push(Step::FollowUp { scheduler });
                continue;
            }
            for (sync, row) in world.syncs.iter().enumerate() {
                if row.status() == Status::Running && row.is_expired {
                    steps.push(Step::SeeExpired { scheduler, sync });
                }
                if steps::may_enqueue(self, world, sync) {
                    steps.push(Step::SeeDue { scheduler, sync });
                }
            }
        }
    }

    fn steps_of_workers(&self, world: &World, steps: &mut Vec<Step>) {
        for (worker, state) in world.workers.iter().enumerate() {
            match *state {
                Worker::Idle => {
                    for (sync, row) in world.syncs.iter().enumerate() {
                        if row.status() == Status::Queued {
                            steps.push(Step::See { worker, sync });
                        }
                    }
                    continue;
                }
                Worker::Saw { .. } => steps.push(Step::Take { worker }),
                Worker::Took { .. } => steps.push(Step::Begin { worker }),
                Worker::Reads { page, .. } => {
                    if page < PAGES {
                        steps.push(Step::Land { worker });
                    }
                    if page == PAGES || self.has(Bug::CompleteEarly) {
                        steps.push(Step::Complete { worker });
                    }
                    steps.extend([
                        Step::FailForNow { worker },
                        Step::FailForGood { worker },
                        Step::Park { worker },
                        Step::Release { worker },
                    ]);
                }
            }
            steps.push(Step::Crash { worker });
        }
    }
}

impl Model for Machine {
    type State = World;
    type Action = Step;

    fn init_states(&self) -> Vec<World> {
        vec![World {
            syncs: Vec::new(),
            is_disabled: false,
            requests: REQUESTS,
            workers: vec![Worker::Idle; WORKERS],
            schedulers: vec![Scheduler::Idle; SCHEDULERS],
            broken: None,
        }]
    }

    fn actions(&self, world: &World, steps: &mut Vec<Step>) {
        // What comes after a broken rule teaches nothing.
        if world.broken.is_none() {
            self.steps_of_callers(world, steps);
            self.steps_of_schedulers(world, steps);
            self.steps_of_workers(world, steps);
        }
    }

    fn next_state(&self, before: &World, step: Step) -> Option<World> {
        let mut after = before.clone();
        steps::take(self, &mut after, step);
        checks::compare(before, &mut after);
        after.syncs.iter_mut().for_each(Row::forget);
        // Workers are alike, and so are schedulers: which of them it is makes no other state.
        after.workers.sort_unstable();
        after.schedulers.sort_unstable();
        Some(after)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        checks::all()
    }

    fn within_boundary(&self, world: &World) -> bool {
        world.syncs.len() <= SYNCS
            && world
                .syncs
                .iter()
                .all(|row| row.lifecycle.attempt() <= ATTEMPTS)
    }
}
