//! Records go and come back otherwise than by a pass: what it has seen, and suspects, must know.
//!
//! The model is locked, and the sync that has its turn.

use roaring::RoaringTreemap;
use syncline_domain::{ModelId, SyncId};

use super::{bitmap, seen};
use crate::bug::{self, Bug};
use crate::db::types::Uid;
use crate::error::StoreError;
use crate::sql::Sql;
use crate::transitions::statuses;
use crate::tx::Tx;

impl Tx<'_> {
    /// Records went by a decision, and nobody suspects them any more, neither the model nor the
    /// pass whose suspects it will get.
    pub(crate) fn clear_suspects(
        &mut self,
        model_id: ModelId,
        gone: &RoaringTreemap,
    ) -> Result<(), StoreError> {
        self.clear_suspects_of_model(model_id, gone)?;
        if bug::is_on(Bug::DeletedStaysSuspected) {
            return Ok(());
        }
        if let Some(sync_id) = self.find_holder_of_turn(model_id)?
            && let Some(staged) = self.find_bitmap(sync_id, seen::SUSPECTS)?
            && !staged.is_disjoint(gone)
        {
            self.write_suspects(sync_id, &(staged - gone))?;
        }
        Ok(())
    }

    /// Records went. Counted among those that were missed twice, they would hold the deletes of
    /// others: also when the pass that deleted them never completes.
    pub(super) fn clear_suspects_of_model(
        &mut self,
        model_id: ModelId,
        gone: &RoaringTreemap,
    ) -> Result<(), StoreError> {
        if gone.is_empty() || bug::is_on(Bug::DeletedStaysSuspected) {
            return Ok(());
        }
        let before = self.find_suspects(model_id)?;
        if !before.is_disjoint(gone) {
            self.write_suspects_of_model(model_id, &(before - gone))?;
        }
        Ok(())
    }

    /// Records came back. A pass that came to its end before does not delete them: it has counted
    /// what is to go without them.
    pub(crate) fn spare_swept(
        &mut self,
        model_id: ModelId,
        back: &RoaringTreemap,
    ) -> Result<(), StoreError> {
        if bug::is_on(Bug::UndoneIsSwept) {
            return Ok(());
        }
        // Before its end there is no such row, and the pass counts what is there by then.
        if let Some(sync_id) = self.find_holder_of_turn(model_id)?
            && let Some(seen) = self.find_bitmap(sync_id, seen::ALL)?
        {
            self.write_bitmap(sync_id, seen::ALL, &(seen | back))?;
        }
        Ok(())
    }

    /// The model's suspects are those of its last full pass; none when it left none behind.
    pub(super) fn write_suspects_of_model(
        &mut self,
        model_id: ModelId,
        suspects: &RoaringTreemap,
    ) -> Result<(), StoreError> {
        let bytes = if suspects.is_empty() {
            None
        } else {
            Some(bitmap::to_bytes(suspects)?)
        };
        Sql::new("UPDATE models SET suspects = ? WHERE id = ?")
            .opt_blob(bytes)
            .id(model_id.uuid())
            .run(self)?;
        Ok(())
    }

    fn find_holder_of_turn(&mut self, model_id: ModelId) -> Result<Option<SyncId>, StoreError> {
        Sql::new(format!(
            "SELECT s.id FROM syncs s WHERE s.model_id = ? AND s.status IN ({})",
            statuses::turn_holders(),
        ))
        .id(model_id.uuid())
        .rows::<Uid>()
        .find(self)
    }
}
