//! What is decided at the first start of a sync, once for all its attempts.

use syncline_domain::attempt::Counters;

use super::read::check_fence;
use super::{Fence, RunStart, SettledRun};
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
    pub fn settle_run(&mut self, fence: Fence, start: &RunStart) -> Result<SettledRun, StoreError> {
        let row = self.lock_sync(fence.sync_id)?;
        let facts = row.run_facts()?;
        let mut sync = row.into_sync()?;
        check_fence(&sync, fence)?;
        if !start.warnings.is_empty() {
            self.tally(fence, &Counters::default(), &start.warnings)?;
        }
        if let Some(manifest_hash) = facts.manifest_hash
            && !bug::is_on(Bug::RangeOfEachAttempt)
        {
            return Ok(SettledRun {
                sync,
                manifest_hash,
                is_full_pass: facts.is_full_pass,
            });
        }
        sync.timerange_start = start.range.start();
        sync.timerange_end = Some(start.range.end());
        sync.is_initial_sync = !self.is_model_synced(sync.model_id)?;
        sync.modified_at = Some(self.now());
        Sql::new(
            "UPDATE syncs SET timerange_start = ?, timerange_end = ?, manifest_hash = ?, \
             fingerprint = ?, is_full_pass = ?, is_initial_sync = ?, modified_at = ? \
             WHERE id = ? AND attempt = ?",
        )
        .opt_time(sync.timerange_start)
        .opt_time(sync.timerange_end)
        .text(start.manifest_hash.as_str())
        .text(start.fingerprint.as_str())
        .flag(start.is_full_pass)
        .flag(sync.is_initial_sync)
        .opt_time(sync.modified_at)
        .id(fence.sync_id.uuid())
        .int(fence.attempt)
        .run(self)?;
        Ok(SettledRun {
            sync,
            manifest_hash: start.manifest_hash.clone(),
            is_full_pass: start.is_full_pass,
        })
    }
}
