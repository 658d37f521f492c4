//! A caller takes a whole request back.

use std::collections::BTreeSet;

use syncline_domain::{BatchId, ModelId, OrganizationId, SyncId, Transition};

use super::Batch;
use crate::db::types::Uid;
use crate::error::StoreError;
use crate::sql::Sql;
use crate::transitions::{Move, statuses};
use crate::tx::Tx;

impl Tx<'_> {
    /// Cancels its syncs, but for those that somebody else still wants: the model's schedule, or
    /// another batch that was not cancelled. From then on this batch holds none, so that the last
    /// batch to be cancelled stops what they share. Again, or when all are final: no change.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn cancel_batch(
        &mut self,
        organization_id: OrganizationId,
        id: BatchId,
    ) -> Result<Batch, StoreError> {
        let batch = self.read_batch(organization_id, id)?;
        // Whoever joins a sync of these models, or cancels another batch of theirs, waits here.
        let models: Vec<ModelId> = batch.members.iter().map(|m| m.sync.model_id).collect();
        self.lock_models(&models)?;
        let now = self.now();
        Sql::new("UPDATE batches SET cancelled_at = ? WHERE id = ? AND cancelled_at IS NULL")
            .time(now)
            .id(id.uuid())
            .run(self)?;
        let unwanted: BTreeSet<SyncId> = self.list_syncs_of_batch_alone(id)?.into_iter().collect();
        for member in batch.members {
            if !unwanted.contains(&member.sync.id) {
                continue;
            }
            let row = self.lock_sync(member.sync.id)?;
            if !row.clone().into_sync()?.lifecycle.status().is_final() {
                let transition = Transition::cancel(now);
                self.move_sync(
                    row,
                    Move {
                        transition: &transition,
                        fence: None,
                    },
                )?;
            }
        }
        self.read_batch(organization_id, id)
    }

    fn read_batch(
        &mut self,
        organization_id: OrganizationId,
        id: BatchId,
    ) -> Result<Batch, StoreError> {
        self.find_batch(organization_id, id)?
            .ok_or_else(|| StoreError::NotFound {
                what: "batch",
                id: id.to_string(),
            })
    }

    /// What is not final and nobody wants but this batch.
    fn list_syncs_of_batch_alone(&mut self, id: BatchId) -> Result<Vec<SyncId>, StoreError> {
        Sql::new(format!(
            "SELECT s.id FROM batch_members m JOIN syncs s ON s.id = m.sync_id \
             WHERE m.batch_id = ? AND s.status IN ({}) \
             AND s.is_one_off AND NOT s.is_held_by_schedule \
             AND NOT EXISTS (SELECT 1 FROM batch_members o JOIN batches b ON b.id = o.batch_id \
             WHERE o.sync_id = m.sync_id AND o.batch_id <> m.batch_id AND b.cancelled_at IS NULL)",
            statuses::live(),
        ))
        .id(id.uuid())
        .rows::<Uid>()
        .load(self)
    }
}
