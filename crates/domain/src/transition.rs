//! The transition table: the one place that decides which status follows which.

use chrono::{DateTime, Utc};

use crate::Status;

/// What can happen to a sync.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TransitionKind {
    /// It is due and its model's turn is free.
    Enqueue,
    /// A worker takes the lease: a new attempt.
    Start,
    /// The source proved that its end was reached and everything is committed.
    Complete,
    /// A failure that passes, with budget left.
    Retry,
    /// The provider said "later"; costs no budget.
    Park,
    /// The worker shuts down in order; costs no budget.
    Release,
    /// The lease expired: the worker died or hangs.
    Rescue,
    /// The connection was disabled before a worker took it.
    Hold,
    /// A permanent failure, or the budget is spent.
    Fail,
    /// A caller stops it.
    Cancel,
}

/// Where a transition leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// Always to this status.
    To(Status),
    /// To `pending_retry` while there is budget, else to `failed`.
    ByBudget,
    /// To `scheduled` when no attempt was made, else to `pending_retry`.
    ByAttempt,
}

impl Target {
    /// Every status that it may lead to.
    pub const fn statuses(self) -> &'static [Status] {
        match self {
            Target::To(Status::Scheduled) => &[Status::Scheduled],
            Target::To(Status::Queued) => &[Status::Queued],
            Target::To(Status::Running) => &[Status::Running],
            Target::To(Status::PendingRetry) => &[Status::PendingRetry],
            Target::To(Status::Complete) => &[Status::Complete],
            Target::To(Status::Failed) => &[Status::Failed],
            Target::To(Status::Cancelled) => &[Status::Cancelled],
            Target::ByBudget => &[Status::PendingRetry, Status::Failed],
            Target::ByAttempt => &[Status::Scheduled, Status::PendingRetry],
        }
    }
}

impl TransitionKind {
    /// Every kind, in the order of the documentation.
    pub const ALL: [TransitionKind; 10] = [
        TransitionKind::Enqueue,
        TransitionKind::Start,
        TransitionKind::Complete,
        TransitionKind::Retry,
        TransitionKind::Park,
        TransitionKind::Release,
        TransitionKind::Rescue,
        TransitionKind::Hold,
        TransitionKind::Fail,
        TransitionKind::Cancel,
    ];

    /// Its name in documents, logs and errors.
    pub const fn as_str(self) -> &'static str {
        match self {
            TransitionKind::Enqueue => "enqueue",
            TransitionKind::Start => "start",
            TransitionKind::Complete => "complete",
            TransitionKind::Retry => "retry",
            TransitionKind::Park => "park",
            TransitionKind::Release => "release",
            TransitionKind::Rescue => "rescue",
            TransitionKind::Hold => "hold",
            TransitionKind::Fail => "fail",
            TransitionKind::Cancel => "cancel",
        }
    }

    /// **The table.** `None` means that it cannot happen in this status.
    pub const fn target(self, from: Status) -> Option<Target> {
        use Status::{Cancelled, Complete, Failed, PendingRetry, Queued, Running, Scheduled};
        use TransitionKind as K;
        match (self, from) {
            (K::Enqueue, Scheduled | PendingRetry) => Some(Target::To(Queued)),
            (K::Start, Queued) => Some(Target::To(Running)),
            (K::Complete, Running) => Some(Target::To(Complete)),
            (K::Retry | K::Park, Running) => Some(Target::To(PendingRetry)),
            (K::Release, Running) => Some(Target::To(Queued)),
            (K::Rescue, Running) => Some(Target::ByBudget),
            (K::Hold, Queued) => Some(Target::ByAttempt),
            (K::Fail, Running) => Some(Target::To(Failed)),
            (K::Cancel, Scheduled | Queued | Running | PendingRetry) => Some(Target::To(Cancelled)),
            (
                K::Enqueue
                | K::Start
                | K::Complete
                | K::Retry
                | K::Park
                | K::Release
                | K::Rescue
                | K::Hold
                | K::Fail
                | K::Cancel,
                Scheduled | Queued | Running | PendingRetry | Complete | Failed | Cancelled,
            ) => None,
        }
    }

    /// The statuses in which it can happen, for set-based updates.
    pub fn sources(self) -> impl Iterator<Item = Status> {
        Status::ALL
            .into_iter()
            .filter(move |from| self.target(*from).is_some())
    }
}

impl std::fmt::Display for TransitionKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A transition that did not apply.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TransitionError {
    /// The table has no such row.
    #[error("a sync that is {from} cannot {kind}")]
    NotAllowed {
        /// The status that it has.
        from: Status,
        /// What was asked.
        kind: TransitionKind,
    },
    /// The writer's attempt is not the one that runs.
    #[error("attempt {held} is over: attempt {current} of this sync is {status}")]
    Fenced {
        /// The attempt that the writer holds.
        held: crate::AttemptNumber,
        /// The attempt that the sync has.
        current: crate::AttemptNumber,
        /// The status that the sync has.
        status: Status,
    },
}

/// One event with its reason: build it with the constructor of its name, apply it with
/// [`Lifecycle::apply`](crate::Lifecycle::apply).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transition {
    pub(crate) kind: TransitionKind,
    pub(crate) at: DateTime<Utc>,
    pub(crate) error: Option<String>,
    /// When it is due again. For a rescue, `None` means that the budget is spent.
    pub(crate) due_at: Option<DateTime<Utc>>,
}

impl Transition {
    /// It is due, and has its model's turn.
    pub fn enqueue(at: DateTime<Utc>) -> Self {
        Self::bare(TransitionKind::Enqueue, at)
    }

    /// A worker takes it: one attempt more.
    pub fn start(at: DateTime<Utc>) -> Self {
        Self::bare(TransitionKind::Start, at)
    }

    /// The end is proven and committed.
    pub fn complete(at: DateTime<Utc>) -> Self {
        Self::bare(TransitionKind::Complete, at)
    }

    /// A failure that passes; due again at `due_at`. Ask
    /// [`RetryPolicy::after_failure`](crate::retry::RetryPolicy::after_failure) whether there is
    /// budget.
    pub fn retry(at: DateTime<Utc>, error: impl Into<String>, due_at: DateTime<Utc>) -> Self {
        Self {
            error: Some(error.into()),
            due_at: Some(due_at),
            ..Self::bare(TransitionKind::Retry, at)
        }
    }

    /// The provider asked to come back at `due_at`.
    pub fn park(at: DateTime<Utc>, error: impl Into<String>, due_at: DateTime<Utc>) -> Self {
        Self {
            error: Some(error.into()),
            due_at: Some(due_at),
            ..Self::bare(TransitionKind::Park, at)
        }
    }

    /// The worker gives it back at a page boundary.
    pub fn release(at: DateTime<Utc>) -> Self {
        Self::bare(TransitionKind::Release, at)
    }

    /// The lease expired; due again at `due_at`, or failed when the budget is spent (`None`).
    pub fn rescue(
        at: DateTime<Utc>,
        error: impl Into<String>,
        due_at: Option<DateTime<Utc>>,
    ) -> Self {
        Self {
            error: Some(error.into()),
            due_at,
            ..Self::bare(TransitionKind::Rescue, at)
        }
    }

    /// Its connection was disabled.
    pub fn hold(at: DateTime<Utc>) -> Self {
        Self {
            due_at: Some(at),
            ..Self::bare(TransitionKind::Hold, at)
        }
    }

    /// It cannot succeed.
    pub fn fail(at: DateTime<Utc>, error: impl Into<String>) -> Self {
        Self {
            error: Some(error.into()),
            ..Self::bare(TransitionKind::Fail, at)
        }
    }

    /// A caller stops it.
    pub fn cancel(at: DateTime<Utc>) -> Self {
        Self::bare(TransitionKind::Cancel, at)
    }

    /// What kind it is.
    pub fn kind(&self) -> TransitionKind {
        self.kind
    }

    /// When it happened.
    pub fn at(&self) -> DateTime<Utc> {
        self.at
    }

    fn bare(kind: TransitionKind, at: DateTime<Utc>) -> Self {
        Self {
            kind,
            at,
            error: None,
            due_at: None,
        }
    }
}
