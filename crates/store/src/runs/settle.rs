//! What is decided at the first start of a sync, once for all its attempts.

use diesel::sql_types::Bool;
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
        sync.modified_at = Some(self.now());
        let is_initial: Option<bool> = Sql::new(
            "UPDATE syncs SET timerange_start = ?, timerange_end = ?, manifest_hash = ?, \
             fingerprint = ?, is_full_pass = ?, modified_at = ?, is_initial_sync = NOT COALESCE( \
             (SELECT m.is_synced FROM models m WHERE m.id = syncs.model_id), FALSE) \
             WHERE id = ? AND attempt = ? RETURNING is_initial_sync",
        )
        .opt_time(sync.timerange_start)
        .opt_time(sync.timerange_end)
        .text(start.manifest_hash.clone())
        .text(start.fingerprint.as_str().to_owned())
        .flag(start.is_full_pass)
        .opt_time(sync.modified_at)
        .id(fence.sync_id.uuid())
        .int(fence.attempt)
        .rows::<Bool>()
        .find(self)?;
        sync.is_initial_sync = is_initial.unwrap_or(sync.is_initial_sync);
        Ok(SettledRun {
            sync,
            manifest_hash: start.manifest_hash.clone(),
            is_full_pass: start.is_full_pass,
        })
    }
}
