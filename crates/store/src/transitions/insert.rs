//! A sync is made.

use syncline_domain::{LifecycleParts, Sync};

use crate::error::StoreError;
use crate::sql::Sql;
use crate::store::SyncChange;
use crate::tx::Tx;

impl Tx<'_> {
    /// Writes a sync that nobody has started. Its model is locked.
    pub(crate) fn insert_sync(&mut self, sync: &Sync) -> Result<(), StoreError> {
        let Sync {
            id,
            organization_id,
            connection_id,
            model_id,
            batch_id,
            scope,
            is_one_off,
            is_initial_sync,
            lifecycle,
            pagination_state: _,
            created_at,
            modified_at,
            timerange_start,
            timerange_end,
        } = sync;
        // What a sync that has not started cannot have stands in the defaults of the table.
        let LifecycleParts {
            status,
            attempt: _,
            spent: _,
            error: _,
            due_at,
            started_at: _,
            completed_at: _,
        } = lifecycle.parts();
        Sql::new(
            "INSERT INTO syncs (id, organization_id, connection_id, model_id, batch_id, scope, \
             is_one_off, is_asked_for, is_initial_sync, status, due_at, created_at, modified_at, \
             timerange_start, timerange_end) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .id(id.uuid())
        .id(organization_id.uuid())
        .id(connection_id.uuid())
        .id(model_id.uuid())
        .opt_id(batch_id.map(|id| id.uuid()))
        .text(scope.canonical())
        .flag(*is_one_off)
        .flag(*is_one_off)
        .flag(*is_initial_sync)
        .text(status.as_str())
        .time(*due_at)
        .time(*created_at)
        .opt_time(*modified_at)
        .opt_time(*timerange_start)
        .opt_time(*timerange_end)
        .run(self)?;
        self.announce(SyncChange {
            sync_id: *id,
            model_id: *model_id,
            organization_id: *organization_id,
            status: *status,
        });
        Ok(())
    }
}
