//! A turn that became free goes to the oldest sync of the model that is due.

use syncline_domain::{ModelId, Transition};

use super::Move;
use crate::error::StoreError;
use crate::sql::Sql;
use crate::syncs::row::{self, SyncRow};
use crate::tx::Tx;

impl Tx<'_> {
    /// In the transaction that freed the turn, with the model locked. Nobody gets it while the
    /// connection is disabled or deleted.
    pub(super) fn hand_turn_on(&mut self, model_id: ModelId) -> Result<(), StoreError> {
        let now = self.now();
        let lock = if self.is_postgres() {
            "FOR NO KEY UPDATE OF s"
        } else {
            ""
        };
        let waiter: Option<SyncRow> = Sql::new(format!(
            "SELECT {} FROM syncs s WHERE s.model_id = ? AND s.status = 'scheduled' \
             AND s.due_at <= ? AND (SELECT NOT c.is_sync_disabled AND c.deleted_at IS NULL \
             FROM connections c WHERE c.id = s.connection_id) \
             ORDER BY s.due_at, s.id LIMIT 1 {lock}",
            row::COLUMNS,
        ))
        .id(model_id.uuid())
        .time(now)
        .find(self)?;
        if let Some(waiter) = waiter {
            let transition = Transition::enqueue(now);
            self.move_sync(
                waiter,
                Move {
                    transition: &transition,
                    fence: None,
                },
            )?;
        }
        Ok(())
    }
}
