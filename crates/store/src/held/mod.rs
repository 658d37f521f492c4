//! Deletes that are held: a full pass missed more records than is likely. Somebody decides.
//!
//! What is held is kept as bitmaps of ordinals: what the pass has seen, and what any sync has seen
//! since (it is spared). A decision is one row; what follows from it is done in batches, each with
//! its progress, so that any process goes on where another one died. Such a batch holds the model
//! and the sync that has its turn, so that no page and no sweep writes meanwhile.

mod batch;
mod decide;
mod insert;
mod list;
mod release;
mod row;
mod spare;
mod undo;

use chrono::{DateTime, Utc};
use syncline_domain::access::Reach;
use syncline_domain::held::HeldStatus;
use syncline_domain::{ConnectionId, HeldDeletesId, ModelId, OrganizationId, SyncId};

use crate::error::StoreError;

pub(crate) use insert::NewHold;
pub(crate) use spare::HAS_HELD;

/// Deletes of one full pass that were not made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldDeletes {
    /// Its id.
    pub id: HeldDeletesId,
    /// The tenant.
    pub organization_id: OrganizationId,
    /// The model's connection.
    pub connection_id: ConnectionId,
    /// The model whose records they are.
    pub model_id: ModelId,
    /// The full pass.
    pub sync_id: SyncId,
    /// When the pass came to its end.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub modified_at: DateTime<Utc>,
    /// When it was last decided, if it was.
    pub decided_at: Option<DateTime<Utc>>,
    /// Where it stands.
    pub status: HeldStatus,
    /// Why they are held.
    pub reason: HeldReason,
    /// So many records were held at first.
    pub held: i64,
    /// So many records the model had then.
    pub live: i64,
    /// So many of the held ones a sync has seen since: they stay.
    pub spared: i64,
    /// So many were deleted.
    pub released: i64,
    /// So many were brought back.
    pub undone: i64,
}

/// Why deletes are held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeldReason {
    /// The source served no record at all.
    NothingSeen,
    /// More records are missing than is likely.
    TooMany,
}

/// Which held deletes; every field narrows.
#[derive(Debug, Clone, Default)]
pub struct HeldFilter {
    /// Of connections that the caller's token reaches.
    pub reach: Reach,
    /// Of this connection.
    pub connection_id: Option<ConnectionId>,
    /// Of this model.
    pub model_id: Option<ModelId>,
    /// In one of these; in any when there is none.
    pub statuses: Vec<HeldStatus>,
}

impl HeldReason {
    /// As it is written on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            HeldReason::NothingSeen => "nothing_seen",
            HeldReason::TooMany => "too_many",
        }
    }
}

fn not_found(id: HeldDeletesId) -> StoreError {
    StoreError::NotFound {
        what: "held_deletes",
        id: id.to_string(),
    }
}
