//! A batch on the wire.

use chrono::{DateTime, Utc};
use serde::Serialize;
use syncline_domain::Status;
use syncline_domain::attempt::Counters;
use syncline_store::syncs::{Batch, BatchMember};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::syncs::SyncView;
use crate::time;

/// One request and its syncs.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Batch)]
pub struct BatchView {
    /// Its id.
    pub id: Uuid,
    /// The connection.
    #[schema(example = "conn_01h455vb4pex5vsknk084sn02q")]
    pub connection_id: String,
    /// When it was made.
    #[serde(serialize_with = "time::required")]
    pub created_at: DateTime<Utc>,
    /// When it was cancelled; null while it was not.
    #[serde(serialize_with = "time::nullable")]
    #[schema(required, example = json!(null))]
    pub cancelled_at: Option<DateTime<Utc>>,
    /// Whether all of its syncs are final.
    #[schema(example = true)]
    pub is_final: bool,
    /// How many of its syncs are in which status.
    pub statuses: StatusCountsView,
    /// What all attempts of its syncs counted together.
    pub counters: CountersView,
    /// Its syncs, in the order of the models.
    pub members: Vec<BatchMemberView>,
    /// Always `batch`.
    #[schema(example = "batch")]
    pub object: &'static str,
}

/// A sync of a batch.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BatchMember)]
pub struct BatchMemberView {
    /// The sync.
    pub sync: SyncView,
    /// Whether it waited already and the request joined it.
    pub is_joined: bool,
}

/// How many syncs are in which status.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = StatusCounts)]
pub struct StatusCountsView {
    /// Accepted; wait for their time or their turn.
    #[schema(example = 0)]
    pub scheduled: i32,
    /// Wait for a worker.
    #[schema(example = 0)]
    pub queued: i32,
    /// Are run by a worker.
    #[schema(example = 0)]
    pub running: i32,
    /// Are tried again.
    #[schema(example = 0)]
    pub pending_retry: i32,
    /// Have landed.
    #[schema(example = 1)]
    pub complete: i32,
    /// Gave up.
    #[schema(example = 0)]
    pub failed: i32,
    /// Were stopped.
    #[schema(example = 0)]
    pub cancelled: i32,
}

/// What attempts counted together.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Counters)]
pub struct CountersView {
    /// Pages committed.
    #[schema(example = 7)]
    pub pages: i64,
    /// Records in them.
    #[schema(example = 640)]
    pub records: i64,
    /// Records that were not there before.
    #[schema(example = 600)]
    pub added: i64,
    /// Records that differ from what was there, and those that came back after a deletion.
    #[schema(example = 30)]
    pub changed: i64,
    /// Records that were there already, the same.
    #[schema(example = 10)]
    pub unchanged: i64,
    /// Records that a full pass found gone.
    #[schema(example = 2)]
    pub deleted: i64,
    /// Bytes of the provider's answers.
    #[schema(example = 201930)]
    pub bytes: i64,
    /// Requests sent to the provider.
    #[schema(example = 8)]
    pub requests: i64,
}

impl From<Batch> for BatchView {
    fn from(batch: Batch) -> Self {
        let is_final = batch.open_syncs().is_empty();
        let Batch {
            id,
            connection_id,
            created_at,
            cancelled_at,
            counters,
            members,
        } = batch;
        let mut statuses = StatusCountsView::default();
        for member in &members {
            *statuses.of(member.sync.lifecycle.status()) += 1;
        }
        Self {
            id: id.uuid(),
            connection_id: connection_id.to_string(),
            created_at,
            cancelled_at,
            is_final,
            statuses,
            counters: counters.into(),
            members: members.into_iter().map(BatchMemberView::from).collect(),
            object: "batch",
        }
    }
}

impl StatusCountsView {
    fn of(&mut self, status: Status) -> &mut i32 {
        match status {
            Status::Scheduled => &mut self.scheduled,
            Status::Queued => &mut self.queued,
            Status::Running => &mut self.running,
            Status::PendingRetry => &mut self.pending_retry,
            Status::Complete => &mut self.complete,
            Status::Failed => &mut self.failed,
            Status::Cancelled => &mut self.cancelled,
        }
    }
}

impl From<Counters> for CountersView {
    fn from(counters: Counters) -> Self {
        let Counters {
            pages,
            records,
            added,
            changed,
            unchanged,
            deleted,
            bytes,
            requests,
        } = counters;
        Self {
            pages,
            records,
            added,
            changed,
            unchanged,
            deleted,
            bytes,
            requests,
        }
    }
}

impl From<BatchMember> for BatchMemberView {
    fn from(member: BatchMember) -> Self {
        let BatchMember { sync, is_joined } = member;
        Self {
            sync: sync.into(),
            is_joined,
        }
    }
}
