//! Small things that are over, and that whoever made them does not remove.

use chrono::{DateTime, Utc};

use crate::error::StoreError;
use crate::tx::Tx;

impl Tx<'_> {
    /// A new answer takes a few old ones along; these are left when no more come.
    pub(super) fn purge_answers(
        &mut self,
        before: DateTime<Utc>,
        limit: i64,
    ) -> Result<usize, StoreError> {
        self.delete_answers(before, limit)
    }

    pub(super) fn purge_audit_events(
        &mut self,
        before: DateTime<Utc>,
        limit: i64,
    ) -> Result<usize, StoreError> {
        let chosen = "created_at < ? ORDER BY created_at LIMIT ?";
        self.delete_chosen("audit_events", "id", chosen)
            .time(before)
            .big(limit)
            .run(self)
    }

    /// What is under way is not over.
    pub(super) fn purge_held_deletes(
        &mut self,
        before: DateTime<Utc>,
        limit: i64,
    ) -> Result<usize, StoreError> {
        let chosen = "decided_at < ? AND status NOT IN ('releasing', 'undoing') \
                      ORDER BY decided_at LIMIT ?";
        self.delete_chosen("held_deletes", "id", chosen)
            .time(before)
            .big(limit)
            .run(self)
    }

    /// There is a handful of workers.
    pub(super) fn purge_workers(&mut self, before: DateTime<Utc>) -> Result<usize, StoreError> {
        self.delete_chosen("workers", "name", "expires_at < ?")
            .time(before)
            .run(self)
    }

    /// A right that ran out is anybody's, whether its row is there or not.
    pub(super) fn purge_leases(
        &mut self,
        before: DateTime<Utc>,
        limit: i64,
    ) -> Result<usize, StoreError> {
        let chosen = "expires_at < ? ORDER BY expires_at LIMIT ?";
        self.delete_chosen("credential_leases", "connection_id, purpose", chosen)
            .time(before)
            .big(limit)
            .run(self)
    }
}
