//! A Sync on the wire: exactly the 18 fields of the contract.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Map, Value};
use syncline_domain::{LifecycleParts, Status, Sync};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::time;

/// One execution for one model.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Sync)]
pub struct SyncView {
    /// When it was made.
    #[serde(serialize_with = "time::required")]
    #[schema(example = "2026-01-31T12:00:00.000000Z")]
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    #[serde(serialize_with = "time::nullable")]
    #[schema(required, example = "2026-01-31T12:00:04.000000Z")]
    pub modified_at: Option<DateTime<Utc>>,
    /// Its id; it sorts by the time of its making.
    #[schema(example = "sync_01h455vb4pex5vsknk084sn02q")]
    pub id: String,
    /// Where it stands.
    #[schema(example = json!("complete"))]
    pub status: SyncStatus,
    /// Number of attempts made to run this sync. 0 means no attempts have been made.
    #[schema(example = 1)]
    pub attempt: i32,
    /// The request that made it; null when the model's schedule did.
    #[schema(required, example = "0190163d-8694-739b-aea5-966c26f8ad91")]
    pub batch_id: Option<Uuid>,
    /// When it became complete, failed or cancelled.
    #[serde(serialize_with = "time::nullable")]
    #[schema(required, example = "2026-01-31T12:00:04.000000Z")]
    pub completed_at: Option<DateTime<Utc>>,
    /// The one entity that was asked for.
    #[schema(required, example = json!(null))]
    pub entity_id: Option<String>,
    /// Why it failed, or why the last attempt did when it is tried again.
    #[schema(required, example = json!(null))]
    pub error: Option<String>,
    /// The uploaded file whose rows it reads.
    #[schema(required, example = json!(null))]
    pub file_id: Option<String>,
    /// Whether no plain or full-refresh sync of its model completed before it.
    #[schema(example = true)]
    pub is_initial_sync: bool,
    /// Whether a caller asked for it; a sync made by the model's schedule is not one-off.
    #[schema(example = true)]
    pub is_one_off: bool,
    /// Its model.
    #[schema(example = "model_01h455vb4pex5vsknk084sn02q")]
    pub model_id: String,
    /// Where inside its range it stands. Opaque; `{}` before the first page.
    #[schema(value_type = Object, example = json!({"page": 7}))]
    pub pagination_state: Map<String, Value>,
    /// When its first attempt began.
    #[serde(serialize_with = "time::nullable")]
    #[schema(required, example = "2026-01-31T12:00:01.000000Z")]
    pub started_at: Option<DateTime<Utc>>,
    /// End of the time range for which data is being synced; null before the first start unless
    /// the request gave it.
    #[serde(serialize_with = "time::nullable")]
    #[schema(required, example = "2026-01-31T12:00:01.000000Z")]
    pub timerange_end: Option<DateTime<Utc>>,
    /// Start of the time range for which data is being synced; null before the first start unless
    /// the request gave it, and when the range has no beginning.
    #[serde(serialize_with = "time::nullable")]
    #[schema(required, example = json!(null))]
    pub timerange_start: Option<DateTime<Utc>>,
    /// Always `sync`.
    #[schema(example = "sync")]
    pub object: &'static str,
}

/// Where a sync stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SyncStatus {
    /// Accepted; waits for its time or its turn.
    Scheduled,
    /// Has its model's turn; waits for a worker.
    Queued,
    /// A worker runs it.
    Running,
    /// Stopped by a caller.
    Cancelled,
    /// Gave up; `error` says why.
    Failed,
    /// The last attempt ended on something that passes; it is tried again.
    PendingRetry,
    /// Everything in its range has landed.
    Complete,
}

impl From<Sync> for SyncView {
    fn from(sync: Sync) -> Self {
        let Sync {
            id,
            organization_id: _,
            connection_id: _,
            model_id,
            batch_id,
            scope,
            is_one_off,
            is_initial_sync,
            lifecycle,
            pagination_state,
            created_at,
            modified_at,
            timerange_start,
            timerange_end,
        } = sync;
        let LifecycleParts {
            status,
            attempt,
            spent: _,
            error,
            due_at: _,
            started_at,
            completed_at,
        } = lifecycle.parts().clone();
        Self {
            created_at,
            modified_at,
            id: id.to_string(),
            status: status.into(),
            attempt,
            batch_id: batch_id.map(syncline_domain::BatchId::uuid),
            completed_at,
            entity_id: scope.entity_id().map(str::to_owned),
            error,
            file_id: scope.file_id().map(|file| file.to_string()),
            is_initial_sync,
            is_one_off,
            model_id: model_id.to_string(),
            pagination_state: pagination_state.as_object().clone(),
            started_at,
            timerange_end,
            timerange_start,
            object: "sync",
        }
    }
}

impl From<Status> for SyncStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::Scheduled => Self::Scheduled,
            Status::Queued => Self::Queued,
            Status::Running => Self::Running,
            Status::PendingRetry => Self::PendingRetry,
            Status::Complete => Self::Complete,
            Status::Failed => Self::Failed,
            Status::Cancelled => Self::Cancelled,
        }
    }
}
