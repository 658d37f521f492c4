//! What follows from a decision, a batch at a time.

use diesel::sql_types::Integer;
use syncline_domain::held::HeldStatus;
use syncline_domain::{HeldDeletesId, ModelId};

use super::HeldDeletes;
use crate::db::types::Uid;
use crate::error::StoreError;
use crate::sql::Sql;
use crate::tx::Tx;

impl Tx<'_> {
    /// Whether there is anything to work off.
    ///
    /// # Errors
    /// Failures of the database alone.
    pub fn has_held_deletes_under_way(&mut self) -> Result<bool, StoreError> {
        let found: Option<i32> = Sql::new(
            "SELECT 1 FROM held_deletes h WHERE h.status IN ('releasing', 'undoing') LIMIT 1",
        )
        .rows::<Integer>()
        .find(self)?;
        Ok(found.is_some())
    }

    /// Deletes, or brings back, at most `limit` records of what was decided and waits longest;
    /// gives how it stands then. `None`: there is nothing to do.
    ///
    /// # Errors
    /// Failures of the database alone.
    pub fn work_off_held_deletes(&mut self, limit: i64) -> Result<Option<HeldDeletes>, StoreError> {
        let oldest: Option<(HeldDeletesId, ModelId)> = Sql::new(
            "SELECT h.id, h.model_id FROM held_deletes h \
             WHERE h.status IN ('releasing', 'undoing') ORDER BY h.modified_at LIMIT 1",
        )
        .rows::<(Uid, Uid)>()
        .find(self)?;
        let Some((id, model_id)) = oldest else {
            return Ok(None);
        };
        self.lock_model_and_turn(model_id)?;
        if self.is_postgres() {
            Sql::new("SELECT 1 FROM held_deletes WHERE id = ? FOR NO KEY UPDATE")
                .id(id.uuid())
                .run(self)?;
        }
        let Some(held) = self.find_held_row(id)? else {
            return Ok(None);
        };
        let limit = limit.max(1);
        match held.status {
            HeldStatus::Releasing => self.release_batch(&held, limit)?,
            HeldStatus::Undoing => self.undo_batch(&held, limit)?,
            // Another process did the rest while this one waited.
            HeldStatus::Held
            | HeldStatus::Released
            | HeldStatus::Dismissed
            | HeldStatus::Undone
            | HeldStatus::Superseded => {}
        }
        self.find_held_row(id)
    }
}
