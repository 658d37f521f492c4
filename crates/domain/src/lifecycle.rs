//! The part of a sync that the state machine owns: status, attempt, budget and their times.

use chrono::{DateTime, Utc};

use crate::retry::Spent;
use crate::transition::{Target, Transition, TransitionError, TransitionKind};
use crate::{AttemptNumber, Status};

/// A sync's status with everything that changes along with it. It changes by
/// [`apply`](Lifecycle::apply) alone; a store restores it with [`Lifecycle::restore`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lifecycle {
    parts: LifecycleParts,
}

/// The plain fields of a [`Lifecycle`], for a store to write and read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LifecycleParts {
    /// Where it stands.
    pub status: Status,
    /// How many attempts have begun. Never goes down.
    pub attempt: AttemptNumber,
    /// What its failures have used of the retry budget.
    pub spent: Spent,
    /// Why the last attempt did not go through; only in `pending_retry` and `failed`.
    pub error: Option<String>,
    /// When it may be enqueued, in `scheduled` and `pending_retry`; history in the others.
    pub due_at: DateTime<Utc>,
    /// When the first attempt began.
    pub started_at: Option<DateTime<Utc>>,
    /// When it reached a final status.
    pub completed_at: Option<DateTime<Utc>>,
}

/// Fields that no sequence of transitions can give.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not the fields of a sync: {0}")]
pub struct Impossible(pub &'static str);

impl Lifecycle {
    /// A new sync: `scheduled`, no attempt made, due at `due_at`.
    pub fn scheduled(due_at: DateTime<Utc>) -> Self {
        Self {
            parts: LifecycleParts {
                status: Status::Scheduled,
                attempt: 0,
                spent: Spent::default(),
                error: None,
                due_at,
                started_at: None,
                completed_at: None,
            },
        }
    }

    /// Reads stored fields back.
    ///
    /// # Errors
    /// [`Impossible`] when they contradict each other, for example a final status without
    /// `completed_at`.
    pub fn restore(parts: LifecycleParts) -> Result<Self, Impossible> {
        let p = &parts;
        let may_have_error = matches!(p.status, Status::PendingRetry | Status::Failed);
        if p.attempt < 0 {
            Err(Impossible("the attempt is negative"))
        } else if (p.attempt > 0) != p.started_at.is_some() {
            Err(Impossible(
                "started_at is set exactly when an attempt was made",
            ))
        } else if p.status.is_final() != p.completed_at.is_some() {
            Err(Impossible(
                "completed_at is set exactly when the status is final",
            ))
        } else if p.error.is_some() && !may_have_error {
            Err(Impossible(
                "an error stands in pending_retry and failed only",
            ))
        } else if p.status == Status::Failed && p.error.is_none() {
            Err(Impossible("a failed sync says why"))
        } else if p.status == Status::Scheduled && p.attempt > 0 {
            Err(Impossible("a scheduled sync has made no attempt"))
        } else if p.attempt == 0
            && matches!(
                p.status,
                Status::Running | Status::PendingRetry | Status::Complete | Status::Failed
            )
        {
            Err(Impossible("this status needs an attempt"))
        } else {
            Ok(Self { parts })
        }
    }

    /// The fields, to be stored or shown.
    pub fn parts(&self) -> &LifecycleParts {
        &self.parts
    }

    /// Where it stands.
    pub fn status(&self) -> Status {
        self.parts.status
    }

    /// How many attempts have begun.
    pub fn attempt(&self) -> AttemptNumber {
        self.parts.attempt
    }

    /// What follows when `transition` happens now; `self` stays as it was.
    ///
    /// # Errors
    /// [`TransitionError::NotAllowed`] when the table has no such row.
    pub fn apply(&self, transition: &Transition) -> Result<Self, TransitionError> {
        let from = self.parts.status;
        let kind = transition.kind;
        let target = kind
            .target(from)
            .ok_or(TransitionError::NotAllowed { from, kind })?;
        let status = match target {
            Target::To(status) => status,
            Target::ByBudget if transition.due_at.is_some() => Status::PendingRetry,
            Target::ByBudget => Status::Failed,
            Target::ByAttempt if self.parts.attempt == 0 => Status::Scheduled,
            Target::ByAttempt => Status::PendingRetry,
        };
        let mut next = self.parts.clone();
        next.status = status;
        next.error = match status {
            Status::PendingRetry | Status::Failed => transition.error.clone(),
            Status::Scheduled
            | Status::Queued
            | Status::Running
            | Status::Complete
            | Status::Cancelled => None,
        };
        if let Some(due_at) = transition.due_at {
            next.due_at = due_at;
        }
        if status.is_final() {
            next.completed_at = Some(transition.at);
        }
        match kind {
            TransitionKind::Start => {
                next.attempt += 1;
                next.started_at = next.started_at.or(Some(transition.at));
            }
            TransitionKind::Retry | TransitionKind::Rescue => next.spent.count_failure(),
            TransitionKind::Park => next.spent.count_park(transition.at),
            TransitionKind::Enqueue
            | TransitionKind::Complete
            | TransitionKind::Release
            | TransitionKind::Hold
            | TransitionKind::Fail
            | TransitionKind::Cancel => {}
        }
        Ok(Self { parts: next })
    }

    /// The same for a writer that holds `attempt`: refused when that is not the running one.
    ///
    /// # Errors
    /// [`TransitionError::Fenced`] when another attempt runs or none does;
    /// [`TransitionError::NotAllowed`] as for [`apply`](Self::apply).
    pub fn apply_fenced(
        &self,
        attempt: AttemptNumber,
        transition: &Transition,
    ) -> Result<Self, TransitionError> {
        self.check_fence(attempt)?;
        self.apply(transition)
    }

    /// A page of `attempt` lands that brought the sync to `reached`.
    ///
    /// # Errors
    /// [`TransitionError::Fenced`] when that attempt is not the running one.
    pub fn land_page(
        &self,
        attempt: AttemptNumber,
        reached: crate::state::Progress,
    ) -> Result<Self, TransitionError> {
        self.check_fence(attempt)?;
        let mut next = self.parts.clone();
        next.spent.count_page(reached);
        Ok(Self { parts: next })
    }

    /// Makes a waiting sync due at once (a join, or a retry by API of a `pending_retry`).
    /// Changes nothing in other statuses, or when it is already due.
    pub fn make_due(&self, now: DateTime<Utc>) -> Self {
        let mut next = self.parts.clone();
        if matches!(next.status, Status::Scheduled | Status::PendingRetry) {
            next.due_at = next.due_at.min(now);
        }
        Self { parts: next }
    }

    fn check_fence(&self, held: AttemptNumber) -> Result<(), TransitionError> {
        if self.parts.status == Status::Running && self.parts.attempt == held {
            Ok(())
        } else {
            Err(TransitionError::Fenced {
                held,
                current: self.parts.attempt,
                status: self.parts.status,
            })
        }
    }
}
