//! A worker says that it is alive.

use chrono::Duration;
use diesel::sql_types::Integer;
use syncline_domain::SyncId;

use super::{Fence, Renewal};
use crate::db::types::Uid;
use crate::error::StoreError;
use crate::sql::{Sql, marks};
use crate::tx::Tx;

impl Tx<'_> {
    /// Renews leases, and says which are lost.
    ///
    /// # Errors
    /// Failures of the database alone.
    pub fn renew_leases(
        &mut self,
        worker: &str,
        fences: &[Fence],
        lease: Duration,
    ) -> Result<Renewal, StoreError> {
        if fences.is_empty() {
            return Ok(Renewal::default());
        }
        // Locked in one order, so that two renewals never wait for each other.
        let lock = if self.is_postgres() {
            "ORDER BY id FOR NO KEY UPDATE"
        } else {
            ""
        };
        let until = self.now() + lease;
        #[cfg(feature = "deliberate-bugs")]
        if crate::bug::is_on(crate::bug::Bug::HeartbeatRevives) {
            self.revive_syncs(worker, fences, until)?;
        }
        let held: Vec<(SyncId, i32)> = Sql::new(format!(
            "UPDATE syncs SET lease_expires_at = ? WHERE id IN (SELECT id FROM syncs \
             WHERE id IN ({}) AND status = 'running' AND worker = ? {lock}) RETURNING id, attempt",
            marks(fences.len()),
        ))
        .time(until)
        .ids(fences.iter().map(|fence| fence.sync_id.uuid()))
        .text(worker.to_owned())
        .rows::<(Uid, Integer)>()
        .load(self)?;
        let lost = fences
            .iter()
            .filter(|fence| !held.contains(&(fence.sync_id, fence.attempt)))
            .copied()
            .collect();
        Ok(Renewal { lost })
    }
}
