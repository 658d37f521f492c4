//! What the engine does: claim, start, commit pages, sweep, end, renew, rescue, tick.
//!
//! Every write of a run carries a [`Fence`] and is refused with
//! [`TransitionError::Fenced`](syncline_domain::TransitionError::Fenced) when that attempt is not
//! the running one.

pub(crate) mod bitmap;
mod claim;
mod commit_page;
mod complete;
mod count;
pub(crate) mod coverage;
mod due;
mod fail;
pub(crate) mod gate;
mod lease;
mod prove_end;
mod read;
mod release;
mod rescue;
mod seen;
mod settle;
mod states;
mod suspects;
pub(crate) mod sweep;
mod tick;
mod verdict;

use chrono::{DateTime, Utc};
use serde_json::value::RawValue;
use syncline_domain::attempt::Warning;
use syncline_domain::connection::Connection;
use syncline_domain::model::Model;
use syncline_domain::range::TimeRange;
use syncline_domain::state::{Fingerprint, ModelState, Position};
use syncline_domain::{AttemptNumber, Sync, SyncId};

use crate::error::StoreError;
use crate::secrets::Secrets;

pub use claim::{Claim, Claimed, ClaimedSync};

/// The running attempt that a write belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fence {
    /// Which sync.
    pub sync_id: SyncId,
    /// Which run of it.
    pub attempt: AttemptNumber,
}

/// How many syncs may run at once; `None` is no limit.
#[derive(Debug, Clone, Copy, Default)]
pub struct Caps {
    /// Of one organization.
    pub per_organization: Option<i64>,
    /// Of one connection.
    pub per_connection: Option<i64>,
    /// Of one provider, over all organizations.
    pub per_provider: Option<i64>,
}

/// What a worker needs to run a sync.
#[derive(Debug, Clone)]
pub struct Run {
    /// The running attempt.
    pub fence: Fence,
    /// The sync.
    pub sync: Sync,
    /// Its model.
    pub model: Model,
    /// Its connection.
    pub connection: Connection,
    /// The connection's secrets.
    pub secrets: Secrets,
    /// The model's states (for a full refresh: those that it has staged itself).
    pub states: Vec<ModelState>,
    /// Where the last committed page left off.
    pub position: Option<Position>,
    /// The manifest it began with, once it has begun.
    pub manifest_hash: Option<String>,
    /// Whether its pages are remembered as seen, once it has begun.
    pub is_full_pass: bool,
    /// What is left to be done.
    pub phase: Phase,
    /// Whether its provider has told of a quota.
    pub has_quota: bool,
    /// When all this was read, by the store's clock.
    pub read_at: DateTime<Utc>,
}

/// What was settled at the first start.
#[derive(Debug, Clone)]
pub struct SettledRun {
    /// The sync, with its range.
    pub sync: Sync,
    /// The manifest it began with.
    pub manifest_hash: String,
    /// Whether its pages are remembered as seen.
    pub is_full_pass: bool,
}

impl Run {
    /// With what was settled.
    #[must_use]
    pub fn settled(self, settled: SettledRun) -> Self {
        Self {
            sync: settled.sync,
            manifest_hash: Some(settled.manifest_hash),
            is_full_pass: settled.is_full_pass,
            ..self
        }
    }
}

/// What is left to be done of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Read pages.
    Read,
    /// The end is proven and kept; find what is gone, then complete.
    Sweep,
}

/// What is settled at the first start and never changes after.
#[derive(Debug, Clone)]
pub struct RunStart {
    /// The range.
    pub range: TimeRange,
    /// The manifest.
    pub manifest_hash: String,
    /// Whether pages are remembered as seen.
    pub is_full_pass: bool,
    /// Of the stream.
    pub fingerprint: Fingerprint,
    /// What was odd.
    pub warnings: Vec<Warning>,
}

/// A page to be committed.
#[derive(Debug)]
pub struct PageWrite {
    /// In the order of the answer; the last of equal keys wins.
    pub records: Vec<RecordDraft>,
    /// Where the next page begins.
    pub position: Position,
    /// States of windows that this page closes.
    pub states: Vec<ModelState>,
    /// Requests sent since the last page.
    pub requests: i64,
    /// Bytes of answers since the last page.
    pub bytes: i64,
    /// What was odd.
    pub warnings: Vec<Warning>,
}

/// A record to be written.
#[derive(Debug, Clone)]
pub struct RecordDraft {
    /// Its key at the source.
    pub key: String,
    /// The object.
    pub data: Box<RawValue>,
}

/// The proof of the end, to be kept before the sweep.
#[derive(Debug, Clone)]
pub struct ProvenEnd {
    /// States that the last window leaves behind.
    pub states: Vec<ModelState>,
    /// One state stands for all partitions: their own are given up when the sync is complete.
    pub drops_partitions: bool,
    /// Whether records that were not seen are gone.
    pub unseen: Unseen,
    /// Requests sent since the last page.
    pub requests: i64,
    /// Bytes of answers since the last page.
    pub bytes: i64,
    /// What was odd.
    pub warnings: Vec<Warning>,
}

/// What "not seen" means at a proven end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unseen {
    /// Nothing: only a part was asked for.
    Unknown,
    /// Gone.
    Gone,
    /// Gone if the pass before did not see them either.
    Suspect {
        /// Why it is doubtful.
        reason: String,
    },
}

/// Above it, deletions are held: the sync completes with a warning and deletes nothing.
#[derive(Debug, Clone, Copy)]
pub struct DeleteGuard {
    /// Share of the live records, 0 to 1.
    pub share: f64,
    /// At least so many records.
    pub rows: i64,
}

impl Default for DeleteGuard {
    fn default() -> Self {
        Self {
            share: 0.2,
            rows: 10,
        }
    }
}

/// What became of a run whose end is proven.
#[derive(Debug)]
pub enum Ending {
    /// It is complete.
    Complete(Box<Sync>),
    /// Records that are gone are still to be swept.
    Sweep,
}

/// After one batch of the sweep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SweepStep {
    /// Records turned into tombstones.
    pub deleted: i64,
    /// Nothing is left to sweep.
    pub is_done: bool,
}

/// What became of a worker's leases.
#[derive(Debug, Clone, Default)]
pub struct Renewal {
    /// Those it holds no longer: cancelled, rescued, or taken by somebody else.
    pub lost: Vec<Fence>,
}

impl Phase {
    /// As it is stored.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Phase::Read => "read",
            Phase::Sweep => "sweep",
        }
    }

    /// As it was stored.
    pub(crate) fn parse(text: &str) -> Result<Self, StoreError> {
        match text {
            "read" => Ok(Phase::Read),
            "sweep" => Ok(Phase::Sweep),
            other => Err(StoreError::Corrupt(format!(
                "`{other}` is no phase of a sync"
            ))),
        }
    }
}
