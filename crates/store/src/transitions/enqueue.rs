//! `enqueue`, over many syncs at once.

use std::collections::BTreeSet;

use syncline_domain::{ModelId, Status, SyncId, TransitionKind};
use uuid::Uuid;

use super::noted::Noted;
use super::statuses;
use crate::db::types::Uid;
use crate::error::StoreError;
use crate::sql::{Sql, marks};
use crate::syncs::row::MovedRow;
use crate::tx::Tx;

impl Tx<'_> {
    /// Queues at most `limit` syncs that are due and have their turn; gives how many.
    ///
    /// Several processes may do so at once: each takes the models that no other has locked, and
    /// those left over come with the next tick.
    pub(crate) fn enqueue_syncs(&mut self, limit: i64) -> Result<usize, StoreError> {
        let candidates = self.find_due_syncs(limit)?;
        let models: Vec<Uuid> = candidates.iter().map(|(_, model)| model.uuid()).collect();
        let mut free_models: BTreeSet<Uuid> = self.lock_free_models(&models)?.into_iter().collect();
        // The oldest of a model goes first, and the others find the turn taken.
        let chosen: Vec<Uuid> = candidates
            .iter()
            .filter(|(_, model)| free_models.remove(&model.uuid()))
            .map(|(sync, _)| sync.uuid())
            .collect();
        self.enqueue_chosen(&chosen)
    }

    fn find_due_syncs(&mut self, limit: i64) -> Result<Vec<(SyncId, ModelId)>, StoreError> {
        let now = self.now();
        Sql::new(format!(
            "SELECT s.id, s.model_id FROM syncs s WHERE s.status IN ({sources}) \
             AND s.due_at <= ? AND (SELECT NOT c.is_sync_disabled AND c.deleted_at IS NULL \
             FROM connections c WHERE c.id = s.connection_id) AND {has_turn} \
             ORDER BY s.due_at, s.id LIMIT ?",
            sources = statuses::sources(TransitionKind::Enqueue),
            has_turn = has_turn("s"),
        ))
        .time(now)
        .big(limit)
        .rows::<(Uid, Uid)>()
        .load(self)
    }

    fn lock_free_models(&mut self, models: &[Uuid]) -> Result<Vec<Uuid>, StoreError> {
        if !self.is_postgres() || models.is_empty() {
            return Ok(models.to_vec());
        }
        Sql::once(format!(
            "SELECT id FROM models WHERE id IN ({}) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED",
            marks(models.len()),
        ))
        .ids(models.iter().copied())
        .rows::<Uid>()
        .load(self)
    }

    fn enqueue_chosen(&mut self, chosen: &[Uuid]) -> Result<usize, StoreError> {
        let Some(target) = statuses::target(TransitionKind::Enqueue).filter(|_| !chosen.is_empty())
        else {
            return Ok(0);
        };
        let now = self.now();
        let queued: Vec<MovedRow> = Sql::once(format!(
            "UPDATE syncs SET status = '{target}', error = NULL, modified_at = ? \
             WHERE id IN ({ids}) AND status IN ({sources}) AND {has_turn} \
             RETURNING id, model_id, connection_id, organization_id, attempt",
            ids = marks(chosen.len()),
            sources = statuses::sources(TransitionKind::Enqueue),
            has_turn = has_turn("syncs"),
        ))
        .time(now)
        .ids(chosen.iter().copied())
        .load(self)?;
        self.note_moves(queued.iter().map(|row| {
            let from = waiting_after(row.attempt);
            Noted::moved(row, TransitionKind::Enqueue, from, target)
        }))?;
        Ok(queued.len())
    }
}

/// In which status a sync waited, after so many attempts.
fn waiting_after(attempt: i32) -> Option<Status> {
    TransitionKind::Enqueue
        .sources()
        .find(|status| status.holds_turn() == (attempt > 0))
}

/// A sync that waits for its retry kept its turn; one that never ran needs the model's turn to be
/// free.
fn has_turn(syncs: &str) -> String {
    let kept = statuses::list(
        TransitionKind::Enqueue
            .sources()
            .filter(|status: &Status| status.holds_turn()),
    );
    format!(
        "({syncs}.status IN ({kept}) OR NOT EXISTS (SELECT 1 FROM syncs h \
         WHERE h.model_id = {syncs}.model_id AND h.status IN ({})))",
        statuses::turn_holders(),
    )
}
