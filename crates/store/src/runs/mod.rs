//! What the engine does: claim, start, commit pages, sweep, end, renew, rescue, tick.
//!
//! Every write of a run carries a [`Fence`] and is refused with
//! [`TransitionError::Fenced`](syncline_domain::TransitionError::Fenced) when that attempt is not
//! the running one.

use chrono::{DateTime, Duration, Utc};
use serde_json::value::RawValue;
use syncline_domain::attempt::{Counters, Warning};
use syncline_domain::connection::Connection;
use syncline_domain::model::Model;
use syncline_domain::range::TimeRange;
use syncline_domain::retry::{Failure, RetryPolicy};
use syncline_domain::state::{Fingerprint, ModelState, Position};
use syncline_domain::{AttemptNumber, OrganizationId, Sync, SyncId};

use crate::error::StoreError;
use crate::secrets::Secrets;
use crate::tx::Tx;

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
        Self { share: 0.2, rows: 10 }
    }
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

impl Tx<'_> {
    /// Gives a worker at most `limit` queued syncs, fairly over organizations and within `caps`:
    /// applies `start`, opens their attempts, takes their leases.
    pub fn claim_syncs(&mut self, worker: &str, limit: i64, lease: Duration, caps: Caps) -> Result<Vec<Fence>, StoreError> {
        todo!()
    }

    /// Everything that a claimed sync needs.
    pub fn read_run(&mut self, fence: Fence) -> Result<Run, StoreError> {
        todo!()
    }

    /// Settles range, manifest, fingerprint and `is_initial_sync` at the first start. Later
    /// attempts get what was settled.
    pub fn settle_run(&mut self, fence: Fence, start: &RunStart) -> Result<Run, StoreError> {
        todo!()
    }

    /// Commits a page: fence first (it renews the lease), then records, feed, seen rows, position,
    /// states and counters, all or nothing. Gives what it counted.
    pub fn commit_page(&mut self, fence: Fence, lease: Duration, page: &PageWrite) -> Result<Counters, StoreError> {
        todo!()
    }

    /// Keeps the proof of the end, decides what unseen records mean, and passes to the sweep.
    /// Gives `true` when there is something to sweep.
    pub fn prove_end(&mut self, fence: Fence, end: &ProvenEnd, guard: DeleteGuard) -> Result<bool, StoreError> {
        todo!()
    }

    /// Turns at most `limit` unseen records into tombstones and remembers how far it is.
    pub fn sweep_unseen(&mut self, fence: Fence, lease: Duration, limit: i64) -> Result<SweepStep, StoreError> {
        todo!()
    }

    /// Applies `complete` after a proven end: the last windows close, a full refresh's states are
    /// swapped in, the turn is free.
    pub fn complete_sync(&mut self, fence: Fence) -> Result<Sync, StoreError> {
        todo!()
    }

    /// Ends the attempt as `policy` decides: retry, park or fail. `cost` is what was spent on the
    /// provider since the last page. `jitter` is drawn from `[0, 1]`.
    pub fn fail_attempt(&mut self, fence: Fence, policy: &RetryPolicy, failure: Failure, jitter: f64, requests: i64, bytes: i64) -> Result<Sync, StoreError> {
        todo!()
    }

    /// Applies `release`: the worker shuts down.
    pub fn release_sync(&mut self, fence: Fence) -> Result<Sync, StoreError> {
        todo!()
    }

    /// Renews leases, and says which are lost.
    pub fn renew_leases(&mut self, worker: &str, fences: &[Fence], lease: Duration) -> Result<Renewal, StoreError> {
        todo!()
    }

    /// Applies `rescue` to at most `limit` running syncs whose lease has expired; with
    /// `all_running`, to any (a server on SQLite that starts is the only one).
    pub fn rescue_syncs(&mut self, policy: &RetryPolicy, jitter: f64, all_running: bool, limit: i64) -> Result<Vec<Sync>, StoreError> {
        todo!()
    }

    /// Applies `enqueue` to at most `limit` syncs that are due and have their turn.
    pub fn enqueue_due_syncs(&mut self, limit: i64) -> Result<usize, StoreError> {
        todo!()
    }

    /// Makes syncs (or joins the twin that waits) for at most `limit` models whose schedule is
    /// due, and sets their next tick. Disabled models and connections wait.
    pub fn create_scheduled_syncs(&mut self, limit: i64) -> Result<usize, StoreError> {
        todo!()
    }

    /// When something becomes due next: a retry, a tick, a lease that expires.
    pub fn next_due_at(&mut self) -> Result<Option<DateTime<Utc>>, StoreError> {
        todo!()
    }

    /// How many syncs are queued, for tests and metrics.
    pub fn count_queued_syncs(&mut self, organization_id: Option<OrganizationId>) -> Result<i64, StoreError> {
        todo!()
    }
}
