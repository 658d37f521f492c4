//! What is decided at the first start of a sync, once for all its attempts.

use syncline_domain::attempt::Counters;

use super::read::check_fence;
use super::{Fence, Run, RunStart};
use crate::bug::{self, Bug};
use crate::error::StoreError;
use crate::sql::Sql;
use crate::tx::Tx;

impl Tx<'_> {
    /// Settles range, manifest, fingerprint and `is_initial_sync` at the first start. Later
    /// attempts get what was settled.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::Transition`] when the attempt is over.
    pub fn settle_run(&mut self, fence: Fence, start: &RunStart) -> Result<Run, StoreError> {
        let row = self.lock_sync(fence.sync_id)?;
        let facts = row.run_facts()?;
        let sync = row.into_sync()?;
        check_fence(&sync, fence)?;
        if facts.manifest_hash.is_none() || bug::is_on(Bug::RangeOfEachAttempt) {
            let is_synced = self.is_model_synced(sync.model_id)?;
            Sql::new(
                "UPDATE syncs SET timerange_start = ?, timerange_end = ?, manifest_hash = ?, \
                 fingerprint = ?, is_full_pass = ?, is_initial_sync = ?, modified_at = ? \
                 WHERE id = ? AND attempt = ?",
            )
            .opt_time(start.range.start())
            .time(start.range.end())
            .text(start.manifest_hash.as_str())
            .text(start.fingerprint.as_str())
            .flag(start.is_full_pass)
            .flag(!is_synced)
            .time(self.now())
            .id(fence.sync_id.uuid())
            .int(fence.attempt)
            .run(self)?;
        }
        if !start.warnings.is_empty() {
            self.tally(fence, &Counters::default(), &start.warnings)?;
        }
        self.read_run(fence)
    }
}
