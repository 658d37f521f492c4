//! `start`, over many syncs at once.

use chrono::Duration;
use syncline_domain::{SyncId, TransitionKind};
use uuid::Uuid;

use super::noted::Noted;
use super::statuses;
use crate::error::StoreError;
use crate::runs::Fence;
use crate::sql::{Sql, marks};
use crate::syncs::row::MovedRow;
use crate::tx::Tx;

impl Tx<'_> {
    /// Starts those of `ids` that nobody else has taken: one attempt more, a lease, and a row for
    /// the attempt.
    pub(crate) fn start_syncs(
        &mut self,
        ids: &[Uuid],
        worker: &str,
        lease: Duration,
    ) -> Result<Vec<Fence>, StoreError> {
        let Some(target) = statuses::target(TransitionKind::Start).filter(|_| !ids.is_empty())
        else {
            return Ok(Vec::new());
        };
        let now = self.now();
        let sources = statuses::sources(TransitionKind::Start);
        let lock = if self.is_postgres() {
            "FOR NO KEY UPDATE SKIP LOCKED"
        } else {
            ""
        };
        let started: Vec<MovedRow> = Sql::new(format!(
            "UPDATE syncs SET status = '{target}', attempt = attempt + 1, \
             started_at = COALESCE(started_at, ?), error = NULL, modified_at = ?, \
             worker = ?, lease_expires_at = ? \
             WHERE id IN (SELECT id FROM syncs WHERE id IN ({}) AND status IN ({sources}) {lock}) \
             RETURNING id, model_id, connection_id, organization_id, attempt",
            marks(ids.len()),
        ))
        .time(now)
        .time(now)
        .text(worker.to_owned())
        .time(now + lease)
        .ids(ids.iter().copied())
        .load(self)?;
        self.open_attempts(&started)?;
        let mut fences = Vec::with_capacity(started.len());
        let from = TransitionKind::Start.sources().next();
        self.note_moves(
            started
                .iter()
                .map(|row| Noted::moved(row, TransitionKind::Start, from, target)),
        )?;
        for row in started {
            fences.push(Fence {
                sync_id: row.id,
                attempt: row.attempt,
            });
        }
        fences.sort_by_key(|fence| position(ids, fence.sync_id));
        Ok(fences)
    }

    fn open_attempts(&mut self, started: &[MovedRow]) -> Result<(), StoreError> {
        if started.is_empty() {
            return Ok(());
        }
        let now = self.now();
        Sql::new(format!(
            "INSERT INTO attempts (sync_id, number, worker, started_at) \
             SELECT id, attempt, worker, ? FROM syncs WHERE id IN ({})",
            marks(started.len()),
        ))
        .time(now)
        .ids(started.iter().map(|row| row.id.uuid()))
        .run(self)?;
        Ok(())
    }
}

fn position(ids: &[Uuid], id: SyncId) -> Option<usize> {
    ids.iter().position(|other| *other == id.uuid())
}
