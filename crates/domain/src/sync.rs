//! The sync: one execution for one model, the resource of the contract.

use chrono::{DateTime, Utc};

use crate::scope::Scope;
use crate::state::PaginationState;
use crate::{BatchId, ConnectionId, Lifecycle, ModelId, OrganizationId, SyncId};

/// One execution for one model.
#[derive(Debug, Clone, PartialEq)]
pub struct Sync {
    /// Its id.
    pub id: SyncId,
    /// The tenant that owns it.
    pub organization_id: OrganizationId,
    /// The connection of its model.
    pub connection_id: ConnectionId,
    /// Its model.
    pub model_id: ModelId,
    /// The request that created it; `None` when the model's schedule did.
    pub batch_id: Option<BatchId>,
    /// What it covers.
    pub scope: Scope,
    /// Asked for by a caller, not by the model's schedule.
    pub is_one_off: bool,
    /// No plain or full-refresh sync of its model completed before it.
    pub is_initial_sync: bool,
    /// Where it stands.
    pub lifecycle: Lifecycle,
    /// Where inside its range it stands.
    pub pagination_state: PaginationState,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub modified_at: Option<DateTime<Utc>>,
    /// The first moment of its range; `None` before the first start unless the caller gave it,
    /// and when the range has no beginning.
    pub timerange_start: Option<DateTime<Utc>>,
    /// The first moment behind its range; `None` before the first start unless the caller gave it.
    pub timerange_end: Option<DateTime<Utc>>,
}

impl Sync {
    /// A new sync that nobody has started.
    #[expect(
        clippy::too_many_arguments,
        reason = "one value for each thing that is decided when a sync is made"
    )]
    pub fn new(
        id: SyncId,
        organization_id: OrganizationId,
        connection_id: ConnectionId,
        model_id: ModelId,
        batch_id: Option<BatchId>,
        scope: Scope,
        is_initial_sync: bool,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            id,
            organization_id,
            connection_id,
            model_id,
            batch_id,
            is_one_off: batch_id.is_some(),
            is_initial_sync,
            lifecycle: Lifecycle::scheduled(now),
            pagination_state: PaginationState::default(),
            created_at: now,
            modified_at: None,
            timerange_start: scope.start(),
            timerange_end: scope.end(),
            scope,
        }
    }

    /// Whether a request of `scope` joins this sync instead of making another: it has the same
    /// scope and nobody has started it. One that has started never takes a request in, for its
    /// end predates the request.
    pub fn can_be_joined(&self, scope: &Scope) -> bool {
        use crate::Status;
        self.scope == *scope
            && match self.lifecycle.status() {
                Status::Scheduled => true,
                Status::Queued => self.lifecycle.attempt() == 0,
                Status::Running
                | Status::PendingRetry
                | Status::Complete
                | Status::Failed
                | Status::Cancelled => false,
            }
    }
}
