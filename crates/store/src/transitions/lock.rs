//! Rows as they stand, locked to the end of the transaction.
//!
//! On SQLite there is one writer, so that reading is enough.

use syncline_domain::{ModelId, SyncId};

use super::statuses;
use crate::error::StoreError;
use crate::sql::{Sql, padded};
use crate::syncs::row::{self, SyncRow};
use crate::tx::Tx;

/// Models that one statement locks.
const MODELS: usize = 64;

impl Tx<'_> {
    /// Locks models, lowest id first: whoever may free or take a turn does.
    pub(crate) fn lock_models(&mut self, ids: &[ModelId]) -> Result<(), StoreError> {
        if !self.is_postgres() {
            return Ok(());
        }
        let mut ids: Vec<_> = ids.iter().map(|id| id.uuid()).collect();
        ids.sort_unstable();
        ids.dedup();
        for ids in ids.chunks(MODELS) {
            // The rows are locked in the order in which they are sorted.
            let ids = padded(ids.iter().copied());
            Sql::new(format!(
                "SELECT 1 FROM models WHERE id IN ({}) ORDER BY id FOR NO KEY UPDATE",
                ids.marks()
            ))
            .ids(ids)
            .run(self)?;
        }
        Ok(())
    }

    /// Locks a sync.
    pub(crate) fn lock_sync(&mut self, id: SyncId) -> Result<SyncRow, StoreError> {
        let lock = if self.is_postgres() {
            "FOR NO KEY UPDATE"
        } else {
            ""
        };
        Sql::new(format!(
            "SELECT {} FROM syncs s WHERE s.id = ? {lock}",
            row::COLUMNS
        ))
        .id(id.uuid())
        .find(self)?
        .ok_or_else(|| not_found(id))
    }

    /// Locks a model, and the sync that has its turn, if one has: none starts, and none that runs
    /// writes, until the transaction ends.
    pub(crate) fn lock_model_and_turn(&mut self, id: ModelId) -> Result<(), StoreError> {
        self.lock_models(&[id])?;
        if self.is_postgres() {
            Sql::new(format!(
                "SELECT 1 FROM syncs WHERE model_id = ? AND status IN ({}) FOR NO KEY UPDATE",
                statuses::turn_holders(),
            ))
            .id(id.uuid())
            .run(self)?;
        }
        Ok(())
    }

    /// Locks the model of a sync and then the sync, as every move that may free the turn must.
    pub(crate) fn lock_model_and_sync(&mut self, id: SyncId) -> Result<SyncRow, StoreError> {
        if self.is_postgres() {
            // A sync never changes its model, so that this may be read without a lock.
            Sql::new(
                "SELECT 1 FROM models WHERE id = (SELECT model_id FROM syncs WHERE id = ?) \
                 FOR NO KEY UPDATE",
            )
            .id(id.uuid())
            .run(self)?;
        }
        self.lock_sync(id)
    }
}

fn not_found(id: SyncId) -> StoreError {
    StoreError::NotFound {
        what: "sync",
        id: id.to_string(),
    }
}
