//! Where a sync stands.

use serde::{Deserialize, Serialize};

/// The seven statuses of the contract. Each says who moves it on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Accepted; waits for its time or its turn. The scheduler moves it on.
    Scheduled,
    /// Has its model's turn; waits for a worker, which moves it on.
    Queued,
    /// A worker holds the lease. The worker, a rescuer or a cancel moves it on.
    Running,
    /// The last attempt ended on something that passes; due again at a known time; keeps the
    /// turn. The scheduler moves it on.
    PendingRetry,
    /// Final: everything in its range has landed.
    Complete,
    /// Final: gave up; `error` says why.
    Failed,
    /// Final: stopped by a caller.
    Cancelled,
}

impl Status {
    /// Every status, in the order of a sync's life.
    pub const ALL: [Status; 7] = [
        Status::Scheduled,
        Status::Queued,
        Status::Running,
        Status::PendingRetry,
        Status::Complete,
        Status::Failed,
        Status::Cancelled,
    ];

    /// As it is written on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Status::Scheduled => "scheduled",
            Status::Queued => "queued",
            Status::Running => "running",
            Status::PendingRetry => "pending_retry",
            Status::Complete => "complete",
            Status::Failed => "failed",
            Status::Cancelled => "cancelled",
        }
    }

    /// Nothing leaves it but retention.
    pub const fn is_final(self) -> bool {
        match self {
            Status::Complete | Status::Failed | Status::Cancelled => true,
            Status::Scheduled | Status::Queued | Status::Running | Status::PendingRetry => false,
        }
    }

    /// Holds its model's turn: no other sync of the model may be queued or run.
    pub const fn holds_turn(self) -> bool {
        match self {
            Status::Queued | Status::Running | Status::PendingRetry => true,
            Status::Scheduled | Status::Complete | Status::Failed | Status::Cancelled => false,
        }
    }
}

impl std::fmt::Display for Status {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A text that names no status.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a status: use scheduled, queued, running, pending_retry, complete, failed or cancelled"
)]
pub struct UnknownStatus(pub String);

impl std::str::FromStr for Status {
    type Err = UnknownStatus;

    fn from_str(text: &str) -> Result<Self, UnknownStatus> {
        Status::ALL
            .into_iter()
            .find(|status| status.as_str() == text)
            .ok_or_else(|| UnknownStatus(text.to_owned()))
    }
}
