//! Held deletes on the wire.

use chrono::{DateTime, Utc};
use serde::Serialize;
use syncline_domain::held::HeldStatus;
use syncline_store::held::{HeldDeletes, HeldReason};
use utoipa::ToSchema;

use crate::time;

/// Deletes of one full pass that were too many to be made unasked.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HeldDeletes)]
pub struct HeldDeletesView {
    /// Its id; it sorts by the time of its making.
    #[schema(example = "held_01h455vb4pex5vsknk084sn02q")]
    pub id: String,
    /// When the full pass came to its end.
    #[serde(serialize_with = "time::required")]
    #[schema(example = "2026-01-31T12:00:04.000000Z")]
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    #[serde(serialize_with = "time::required")]
    #[schema(example = "2026-01-31T12:10:00.000000Z")]
    pub modified_at: DateTime<Utc>,
    /// When it was last decided; null while it is held.
    #[serde(serialize_with = "time::nullable")]
    #[schema(required, example = "2026-01-31T12:10:00.000000Z")]
    pub decided_at: Option<DateTime<Utc>>,
    /// The model's connection.
    #[schema(example = "conn_01h455vb4pex5vsknk084sn02q")]
    pub connection_id: String,
    /// The model whose records they are.
    #[schema(example = "model_01h455vb4pex5vsknk084sn02q")]
    pub model_id: String,
    /// The full pass.
    #[schema(example = "sync_01h455vb4pex5vsknk084sn02q")]
    pub sync_id: String,
    /// Where it stands.
    #[schema(example = json!("releasing"))]
    pub status: HeldStatusView,
    /// Why they are held.
    #[schema(example = json!("too_many"))]
    pub reason: HeldReasonView,
    /// So many records were missing.
    #[schema(example = 4200)]
    pub held: i64,
    /// So many records the model had.
    #[schema(example = 10000)]
    pub live: i64,
    /// So many of the missing ones a sync has seen since: they stay.
    #[schema(example = 12)]
    pub spared: i64,
    /// So many were deleted.
    #[schema(example = 3000)]
    pub released: i64,
    /// So many of those were brought back.
    #[schema(example = 0)]
    pub undone: i64,
    /// Always `held_deletes`.
    #[schema(example = "held_deletes")]
    pub object: &'static str,
}

/// Where held deletes stand.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = HeldStatus)]
pub enum HeldStatusView {
    /// Nobody has decided yet.
    Held,
    /// They are being deleted.
    Releasing,
    /// They are deleted.
    Released,
    /// The records stay.
    Dismissed,
    /// What was deleted is being brought back.
    Undoing,
    /// What was deleted is back.
    Undone,
    /// A newer full pass says what is gone.
    Superseded,
}

/// Why deletes are held.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = HeldReason)]
pub enum HeldReasonView {
    /// The source served no record at all.
    NothingSeen,
    /// More records were missing than is likely.
    TooMany,
}

impl From<HeldDeletes> for HeldDeletesView {
    fn from(held: HeldDeletes) -> Self {
        let HeldDeletes {
            id,
            organization_id: _,
            connection_id,
            model_id,
            sync_id,
            created_at,
            modified_at,
            decided_at,
            status,
            reason,
            held,
            live,
            spared,
            released,
            undone,
        } = held;
        Self {
            id: id.to_string(),
            created_at,
            modified_at,
            decided_at,
            connection_id: connection_id.to_string(),
            model_id: model_id.to_string(),
            sync_id: sync_id.to_string(),
            status: status.into(),
            reason: match reason {
                HeldReason::NothingSeen => HeldReasonView::NothingSeen,
                HeldReason::TooMany => HeldReasonView::TooMany,
            },
            held,
            live,
            spared,
            released,
            undone,
            object: "held_deletes",
        }
    }
}

impl From<HeldStatus> for HeldStatusView {
    fn from(status: HeldStatus) -> Self {
        match status {
            HeldStatus::Held => Self::Held,
            HeldStatus::Releasing => Self::Releasing,
            HeldStatus::Released => Self::Released,
            HeldStatus::Dismissed => Self::Dismissed,
            HeldStatus::Undoing => Self::Undoing,
            HeldStatus::Undone => Self::Undone,
            HeldStatus::Superseded => Self::Superseded,
        }
    }
}
