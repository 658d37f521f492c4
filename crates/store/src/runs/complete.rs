//! A sync completes: the last windows close, and the turn is free.

use chrono::Duration;
use syncline_domain::{ModelId, Sync, Transition};

use super::coverage::Coverage;
use super::prove_end::FullPass;
use super::read::check_fence;
use super::{DeleteGuard, Ending, Fence, PageWrite, Phase, ProvenEnd, seen};
use crate::bug::{self, Bug};
use crate::error::StoreError;
use crate::sql::Sql;
use crate::syncs::row::SyncRow;
use crate::transitions::Move;
use crate::tx::Tx;

impl Tx<'_> {
    /// Applies `complete` after a proven end: the last windows close, a full refresh's states are
    /// swapped in, the turn is free.
    ///
    /// # Errors
    /// [`StoreError::Transition`] when the attempt is over; [`StoreError::Conflict`] when the end
    /// is not proven, or something is left to be swept.
    pub fn complete_sync(&mut self, fence: Fence) -> Result<Sync, StoreError> {
        let row = self.lock_model_and_sync(fence.sync_id)?;
        let facts = row.run_facts()?;
        let sync = row.clone().into_sync()?;
        check_fence(&sync, fence)?;
        if facts.phase != Phase::Sweep {
            return Err(StoreError::Conflict(
                "the end of this sync is not proven".into(),
            ));
        }
        if facts.coverage != Some(Coverage::Settled) && !bug::is_on(Bug::SweepLeftOut) {
            return Err(StoreError::Conflict(
                "records that are gone are still to be swept".into(),
            ));
        }
        self.swap_states_in(sync.id, sync.model_id, &sync.scope)?;
        if let Some(suspects) = self.find_bitmap(sync.id, seen::SUSPECTS)? {
            self.write_suspects_of_model(sync.model_id, &suspects)?;
        }
        self.become_complete(fence, row, &sync)
    }

    /// Proves the end, as [`prove_end`](Self::prove_end) does, and when there is nothing to sweep
    /// completes the sync at once. `last` is a page that is committed with it, and the lease that
    /// the page renews.
    ///
    /// Asked a second time for the same attempt, it gives [`Ending::Sweep`] again, or is refused
    /// because the sync is complete.
    ///
    /// # Errors
    /// [`StoreError::Transition`] when the attempt is over; [`StoreError::Conflict`] when nothing
    /// has been settled yet.
    pub fn end_run(
        &mut self,
        fence: Fence,
        last: Option<(&PageWrite, Duration)>,
        end: &ProvenEnd,
        guard: DeleteGuard,
    ) -> Result<Ending, StoreError> {
        let mut row = self.lock_model_and_sync(fence.sync_id)?;
        if row.run_facts()?.phase == Phase::Sweep {
            check_fence(&row.into_sync()?, fence)?;
            return Ok(Ending::Sweep);
        }
        if let Some((page, lease)) = last {
            self.commit_page_of(row, fence, lease, page)?;
            row = self.lock_sync(fence.sync_id)?;
        }
        let facts = row.run_facts()?;
        let sync = row.clone().into_sync()?;
        check_fence(&sync, fence)?;
        let decision = self.decide(fence, &sync, &facts, end, guard)?;
        self.stage_end(&sync, &facts, end)?;
        if decision.coverage != Coverage::Settled {
            self.keep_proof(fence, &decision)?;
            return Ok(Ending::Sweep);
        }
        // A plain sync stages nothing before its end.
        if sync.scope.is_full_refresh() || !end.states.is_empty() {
            self.swap_states_in(sync.id, sync.model_id, &sync.scope)?;
        }
        if let Some(pass) = decision.full_pass.filter(FullPass::changes_suspects) {
            self.write_suspects_of_model(sync.model_id, &pass.suspects)?;
        }
        let complete = self.become_complete(fence, row, &sync)?;
        Ok(Ending::Complete(Box::new(complete)))
    }

    fn become_complete(
        &mut self,
        fence: Fence,
        row: SyncRow,
        sync: &Sync,
    ) -> Result<Sync, StoreError> {
        if sync.scope.is_unbounded() {
            self.mark_synced(sync.model_id)?;
        }
        let transition = Transition::complete(self.now());
        self.move_sync(
            row,
            Move {
                transition: &transition,
                fence: Some(fence.attempt),
            },
        )
    }

    fn mark_synced(&mut self, model_id: ModelId) -> Result<(), StoreError> {
        Sql::new("UPDATE models SET is_synced = ? WHERE id = ? AND NOT is_synced")
            .flag(true)
            .id(model_id.uuid())
            .run(self)?;
        Ok(())
    }
}
