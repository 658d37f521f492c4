//! A move that the table does not know: only a [deliberate bug](crate::bug) makes it.

use chrono::{DateTime, Utc};
use syncline_domain::{Status, TransitionKind};

use super::noted::Noted;
use crate::error::StoreError;
use crate::runs::Fence;
use crate::sql::Sql;
use crate::syncs::row::MovedRow;
use crate::tx::Tx;

impl Tx<'_> {
    /// Sets running again what was rescued from these attempts.
    pub(crate) fn revive_syncs(
        &mut self,
        worker: &str,
        fences: &[Fence],
        until: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        for fence in fences {
            let revived: Vec<MovedRow> = Sql::new(
                "UPDATE syncs SET status = 'running', error = NULL, worker = ?, \
                 lease_expires_at = ? WHERE id = ? AND attempt = ? AND status = 'pending_retry' \
                 RETURNING id, model_id, connection_id, organization_id, attempt",
            )
            .text(worker.to_owned())
            .time(until)
            .id(fence.sync_id.uuid())
            .int(fence.attempt)
            .load(self)?;
            let (kind, from) = (TransitionKind::Start, Some(Status::PendingRetry));
            self.note_moves(
                revived
                    .iter()
                    .map(|row| Noted::moved(row, kind, from, Status::Running)),
            )?;
        }
        Ok(())
    }
}
