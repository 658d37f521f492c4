//! Syncs are made.

use syncline_domain::{LifecycleParts, Sync};

use super::noted::Noted;
use crate::db::connection::MultiBackend;
use crate::error::StoreError;
use crate::sql::{Sql, marks};
use crate::tx::Tx;

/// Rows of one statement.
const ROWS: usize = 16;

impl Tx<'_> {
    /// Writes syncs that nobody has started. Their models are locked.
    pub(crate) fn insert_syncs(&mut self, syncs: &[&Sync]) -> Result<(), StoreError> {
        for syncs in syncs.chunks(ROWS) {
            let row = format!("({})", marks(15));
            let rows = vec![row; syncs.len()].join(", ");
            let insert = Sql::new(format!(
                "INSERT INTO syncs (id, organization_id, connection_id, model_id, batch_id, scope, \
                 is_one_off, is_asked_for, is_initial_sync, status, due_at, created_at, \
                 modified_at, timerange_start, timerange_end) VALUES {rows}"
            ));
            syncs
                .iter()
                .fold(insert, |insert, sync| bind(insert, sync))
                .run(self)?;
            self.note_moves(syncs.iter().map(|sync| Noted::made(sync)))?;
        }
        Ok(())
    }
}

/// What a sync that has not started cannot have stands in the defaults of the table.
fn bind<'f>(insert: Sql<'f, MultiBackend>, sync: &'f Sync) -> Sql<'f, MultiBackend> {
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
    let LifecycleParts {
        status,
        attempt: _,
        spent: _,
        error: _,
        due_at,
        started_at: _,
        completed_at: _,
    } = lifecycle.parts();
    insert
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
}
