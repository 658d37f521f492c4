//! A batch on the wire.

use chrono::{DateTime, Utc};
use serde::Serialize;
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

impl From<Batch> for BatchView {
    fn from(batch: Batch) -> Self {
        let Batch {
            id,
            connection_id,
            created_at,
            members,
        } = batch;
        Self {
            id: id.uuid(),
            connection_id: connection_id.to_string(),
            created_at,
            members: members.into_iter().map(BatchMemberView::from).collect(),
            object: "batch",
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
