//! An event on the wire.

use chrono::{DateTime, Utc};
use serde::Serialize;
use syncline_domain::TransitionKind;
use syncline_store::events::Event;
use utoipa::ToSchema;

use crate::syncs::SyncStatus;
use crate::time;

/// One change of a sync's status.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Event)]
pub struct EventView {
    /// Its id: an event that is read twice has the same.
    #[schema(example = "event_01h455vb4pex5vsknk084sn02q")]
    pub id: String,
    /// When the status changed.
    #[serde(serialize_with = "time::required")]
    #[schema(example = "2026-01-31T12:00:04.000000Z")]
    pub created_at: DateTime<Utc>,
    /// The sync's connection.
    #[schema(example = "conn_01h455vb4pex5vsknk084sn02q")]
    pub connection_id: String,
    /// The sync's model.
    #[schema(example = "model_01h455vb4pex5vsknk084sn02q")]
    pub model_id: String,
    /// The sync.
    #[schema(example = "sync_01h455vb4pex5vsknk084sn02q")]
    pub sync_id: String,
    /// How many runs of the sync had begun.
    #[schema(example = 1)]
    pub attempt: i32,
    /// What happened; null when the sync was made, as `scheduled` or, its turn being free, `queued`.
    #[schema(required, example = json!("complete"))]
    pub transition: Option<TransitionView>,
    /// What the status was; null when the sync was made.
    #[schema(required, example = json!("running"))]
    pub from_status: Option<SyncStatus>,
    /// What the status became.
    #[schema(example = json!("complete"))]
    pub to_status: SyncStatus,
    /// What went wrong, if something did.
    #[schema(required, example = json!(null))]
    pub error: Option<String>,
    /// Its place in the feed: what happened after it comes with `?cursor=`.
    #[schema(example = "AR0VrGaw7NfnqGVmYgAAAAAAAAAR")]
    pub cursor: String,
    /// Always `event`.
    #[schema(example = "event")]
    pub object: &'static str,
}

/// What can happen to a sync.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Transition)]
pub enum TransitionView {
    /// It is due and has its model's turn.
    Enqueue,
    /// A worker took it: a new attempt.
    Start,
    /// Everything landed.
    Complete,
    /// A failure that passes: it is tried again.
    Retry,
    /// The provider said "later".
    Park,
    /// The worker shut down in order.
    Release,
    /// The worker lost its lease.
    Rescue,
    /// Its connection was disabled before a worker took it.
    Hold,
    /// A permanent failure, or too many failures.
    Fail,
    /// A caller stopped it.
    Cancel,
}

impl EventView {
    /// With the cursor of its place.
    pub fn new(event: Event, cursor: impl Fn(i64) -> String) -> Self {
        let Event {
            id,
            number,
            created_at,
            connection_id,
            model_id,
            sync_id,
            attempt,
            transition,
            from,
            to,
            error,
        } = event;
        Self {
            id: id.to_string(),
            created_at,
            connection_id: connection_id.to_string(),
            model_id: model_id.to_string(),
            sync_id: sync_id.to_string(),
            attempt,
            transition: transition.map(TransitionView::from),
            from_status: from.map(SyncStatus::from),
            to_status: to.into(),
            error,
            cursor: cursor(number),
            object: "event",
        }
    }
}

impl From<TransitionKind> for TransitionView {
    fn from(kind: TransitionKind) -> Self {
        match kind {
            TransitionKind::Enqueue => Self::Enqueue,
            TransitionKind::Start => Self::Start,
            TransitionKind::Complete => Self::Complete,
            TransitionKind::Retry => Self::Retry,
            TransitionKind::Park => Self::Park,
            TransitionKind::Release => Self::Release,
            TransitionKind::Rescue => Self::Rescue,
            TransitionKind::Hold => Self::Hold,
            TransitionKind::Fail => Self::Fail,
            TransitionKind::Cancel => Self::Cancel,
        }
    }
}
