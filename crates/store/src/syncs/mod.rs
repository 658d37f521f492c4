//! Syncs as callers see them: request, read, list, cancel, retry.

mod attempts;
mod batch;
mod cancel;
mod cancel_batch;
mod candidates;
mod ended;
mod explain;
mod find;
pub(crate) mod gate;
mod join;
mod list;
mod request;
mod retry;
pub(crate) mod row;

pub(crate) use attempts::warnings_of;
pub(crate) use join::Asked;

use chrono::{DateTime, Utc};
use syncline_domain::access::Reach;
use syncline_domain::attempt::Counters;
use syncline_domain::scope::Scope;
use syncline_domain::{BatchId, ConnectionId, ModelId, OrganizationId, Status, Sync, SyncId};

/// A request for syncs.
#[derive(Debug, Clone)]
pub struct SyncRequest {
    /// The tenant.
    pub organization_id: OrganizationId,
    /// The connection.
    pub connection_id: ConnectionId,
    /// Ids or names of models; `None` means every model that is enabled for reading.
    pub models: Option<Vec<String>>,
    /// What to cover.
    pub scope: Scope,
}

/// One request and its syncs.
#[derive(Debug, Clone)]
pub struct Batch {
    /// Its id.
    pub id: BatchId,
    /// The connection.
    pub connection_id: ConnectionId,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was cancelled, if it was.
    pub cancelled_at: Option<DateTime<Utc>>,
    /// What all attempts of its syncs counted.
    pub counters: Counters,
    /// Its syncs, in the order of the models.
    pub members: Vec<BatchMember>,
}

impl Batch {
    /// Its syncs that are not final.
    pub fn open_syncs(&self) -> Vec<SyncId> {
        let syncs = self.members.iter().map(|member| &member.sync);
        let open = syncs.filter(|sync| !sync.lifecycle.status().is_final());
        open.map(|sync| sync.id).collect()
    }
}

/// A sync of a batch.
#[derive(Debug, Clone)]
pub struct BatchMember {
    /// The sync.
    pub sync: Sync,
    /// It waited already, and the request joined it.
    pub is_joined: bool,
}

/// Which syncs; every field narrows.
#[derive(Debug, Clone, Default)]
pub struct SyncFilter {
    /// Of these connections.
    pub reach: Reach,
    /// Of this connection.
    pub connection_id: Option<ConnectionId>,
    /// Of this model.
    pub model_id: Option<ModelId>,
    /// In one of these statuses; empty means all.
    pub statuses: Vec<Status>,
    /// Created or joined by this batch.
    pub batch_id: Option<BatchId>,
    /// Made at this moment or later.
    pub created_from: Option<DateTime<Utc>>,
    /// Made before this moment.
    pub created_before: Option<DateTime<Utc>>,
}
