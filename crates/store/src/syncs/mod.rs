//! Syncs as callers see them: request, read, list, cancel, retry.

use chrono::{DateTime, Utc};
use syncline_domain::attempt::Attempt;
use syncline_domain::scope::Scope;
use syncline_domain::{BatchId, ConnectionId, ModelId, OrganizationId, Status, Sync, SyncId};

use crate::error::StoreError;
use crate::page::{PageOf, PageRequest};
use crate::tx::Tx;

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
    /// Its syncs, in the order of the models.
    pub members: Vec<BatchMember>,
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

impl Tx<'_> {
    /// The main job: for each model a sync is made, or the twin that waits is joined and made
    /// due; those whose turn is free are queued at once, unless the connection is disabled.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for the connection, [`StoreError::UnknownModels`].
    pub fn request_syncs(&mut self, request: &SyncRequest) -> Result<Batch, StoreError> {
        todo!()
    }

    /// One sync.
    pub fn find_sync(&mut self, organization_id: OrganizationId, id: SyncId) -> Result<Option<Sync>, StoreError> {
        todo!()
    }

    /// Newest first.
    pub fn list_syncs_of_organization(&mut self, organization_id: OrganizationId, filter: &SyncFilter, page: PageRequest<SyncId>) -> Result<PageOf<Sync, SyncId>, StoreError> {
        todo!()
    }

    /// Its attempts, first one first. The key is the attempt's number.
    pub fn list_attempts_of_sync(&mut self, organization_id: OrganizationId, id: SyncId, page: PageRequest<i32>) -> Result<PageOf<Attempt, i32>, StoreError> {
        todo!()
    }

    /// Stops it. A cancelled one stays as it is.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::Transition`] when it is complete or failed.
    pub fn cancel_sync(&mut self, organization_id: OrganizationId, id: SyncId) -> Result<Sync, StoreError> {
        todo!()
    }

    /// A failed or cancelled one: a new sync of the same scope (or its waiting twin), in a batch
    /// of its own. A `pending_retry`: due now.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::Conflict`] in other statuses.
    pub fn retry_sync(&mut self, organization_id: OrganizationId, id: SyncId) -> Result<(Sync, Option<BatchId>), StoreError> {
        todo!()
    }

    /// A batch with its members.
    pub fn find_batch(&mut self, organization_id: OrganizationId, id: BatchId) -> Result<Option<Batch>, StoreError> {
        todo!()
    }
}
