//! One run of a sync by one worker, and what it counted.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{AttemptNumber, SyncId};

/// How an attempt ended; named after the transition that ended it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttemptOutcome {
    /// Everything landed.
    Complete,
    /// A failure that passes.
    Retry,
    /// The provider said "later".
    Park,
    /// The worker shut down in order.
    Release,
    /// The worker lost its lease.
    Rescue,
    /// A permanent failure, or the budget was spent.
    Fail,
    /// A caller stopped it.
    Cancel,
}

impl AttemptOutcome {
    /// Every outcome.
    pub const ALL: [AttemptOutcome; 7] = [
        AttemptOutcome::Complete,
        AttemptOutcome::Retry,
        AttemptOutcome::Park,
        AttemptOutcome::Release,
        AttemptOutcome::Rescue,
        AttemptOutcome::Fail,
        AttemptOutcome::Cancel,
    ];

    /// As it is written on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            AttemptOutcome::Complete => "complete",
            AttemptOutcome::Retry => "retry",
            AttemptOutcome::Park => "park",
            AttemptOutcome::Release => "release",
            AttemptOutcome::Rescue => "rescue",
            AttemptOutcome::Fail => "fail",
            AttemptOutcome::Cancel => "cancel",
        }
    }
}

/// What was read and written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counters {
    /// Pages committed.
    pub pages: i64,
    /// Records in them, duplicates within one page counted once.
    pub records: i64,
    /// Records that were not there before.
    pub added: i64,
    /// Records that differ from what was there, and those that came back after a deletion.
    pub changed: i64,
    /// Records that were there already, the same.
    pub unchanged: i64,
    /// Records that a full pass found gone.
    pub deleted: i64,
    /// Bytes of the provider's answers, after decompression.
    pub bytes: i64,
    /// Requests sent to the provider, repeated ones too.
    pub requests: i64,
}

impl std::ops::AddAssign for Counters {
    fn add_assign(&mut self, other: Self) {
        let Self {
            pages,
            records,
            added,
            changed,
            unchanged,
            deleted,
            bytes,
            requests,
        } = other;
        self.pages += pages;
        self.records += records;
        self.added += added;
        self.changed += changed;
        self.unchanged += unchanged;
        self.deleted += deleted;
        self.bytes += bytes;
        self.requests += requests;
    }
}

/// Something odd that did not stop the sync.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// Stable, for programs: `record_path_absent`, `deletes_held`, …
    pub code: String,
    /// For people.
    pub message: String,
}

/// One run of a sync.
#[derive(Debug, Clone, PartialEq)]
pub struct Attempt {
    /// Which sync.
    pub sync_id: SyncId,
    /// Which run of it; the first is 1.
    pub number: AttemptNumber,
    /// The worker's name.
    pub worker: String,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it ended; `None` while it runs.
    pub ended_at: Option<DateTime<Utc>>,
    /// How it ended.
    pub outcome: Option<AttemptOutcome>,
    /// Why it ended, when not well.
    pub error: Option<String>,
    /// What it counted so far.
    pub counters: Counters,
    /// What was odd.
    pub warnings: Vec<Warning>,
}
