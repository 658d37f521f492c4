//! A sync completes: the last windows close, and the turn is free.

use syncline_domain::{ModelId, Sync, Transition};

use super::coverage::Coverage;
use super::read::check_fence;
use super::{Fence, Phase, seen};
use crate::bug::{self, Bug};
use crate::error::StoreError;
use crate::sql::Sql;
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
        if sync.scope.is_unbounded() {
            self.mark_synced(sync.model_id)?;
        }
        self.swap_suspects_in(&sync)?;
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

    /// The model's suspects are those of its last full pass; none when it left none behind.
    fn swap_suspects_in(&mut self, sync: &Sync) -> Result<(), StoreError> {
        let Some(suspects) = self.find_bitmap(sync.id, seen::SUSPECTS)? else {
            return Ok(());
        };
        self.write_suspects_of_model(sync.model_id, &suspects)
    }
}
