//! Final syncs go, but for those that something still needs.

use chrono::{DateTime, Utc};
use diesel::sql_types::Bool;
use syncline_domain::Status;
use uuid::Uuid;

use super::{Place, Removed, first_id};
use crate::db::types::Uid;
use crate::error::StoreError;
use crate::sql::{Sql, marks};
use crate::tx::Tx;

/// What goes with a sync, in this order.
const BELOW: [&str; 4] = ["seen_pages", "staged_states", "attempts", "batch_members"];

impl Tx<'_> {
    /// Removes those of the next `limit` syncs that ended before.
    ///
    /// A model keeps its newest sync, which it shows as its `last_sync`, and its last complete one.
    /// A batch keeps all its syncs while one of them is not final, for its callers wait. What a
    /// sync is needed for besides stands elsewhere: the state and whether a first sync completed
    /// with the model; the id of the sync in a record is a fact that remains.
    ///
    /// What holds of a final sync here goes on to hold: none becomes its model's newest again, and
    /// no batch that has been made gets a member more. So nothing is looked at twice under a lock.
    ///
    /// An `EXISTS` by equality is asked as a value, or else PostgreSQL may read a whole table once
    /// to answer it for many rows.
    pub(super) fn purge_syncs(
        &mut self,
        before: DateTime<Utc>,
        from: Place,
        limit: i64,
    ) -> Result<Removed, StoreError> {
        let looked_at: Vec<(Uuid, bool)> = Sql::new(format!(
            "SELECT s.id, s.completed_at IS NOT NULL AND s.completed_at < ? \
             AND EXISTS (SELECT 1 FROM syncs n WHERE n.model_id = s.model_id AND n.id > s.id) \
             AND (s.status <> '{complete}' OR EXISTS (SELECT 1 FROM syncs n \
             WHERE n.model_id = s.model_id AND n.status = '{complete}' AND n.id > s.id)) \
             AND (SELECT 1 FROM batch_members m \
             JOIN batch_members o ON o.batch_id = m.batch_id JOIN syncs l ON l.id = o.sync_id \
             WHERE m.sync_id = s.id AND l.completed_at IS NULL LIMIT 1) IS NULL \
             AND (SELECT c.deleted_at IS NULL FROM connections c WHERE c.id = s.connection_id) \
             FROM syncs s WHERE s.id > ? AND s.id < ? ORDER BY s.id LIMIT ?",
            complete = Status::Complete,
        ))
        .time(before)
        .id(from.0)
        .id(first_id(before))
        .big(limit)
        .rows::<(Uid, Bool)>()
        .load(self)?;
        let over: Vec<Uuid> = looked_at
            .iter()
            .filter(|(_, is_over)| *is_over)
            .map(|(id, _)| *id)
            .collect();
        let gone = self.lock_final_syncs(over)?;
        if !gone.is_empty() {
            let ids = marks(gone.len());
            for table in BELOW {
                Sql::once(format!("DELETE FROM {table} WHERE sync_id IN ({ids})"))
                    .ids(gone.iter().copied())
                    .run(self)?;
            }
            Sql::once(format!("DELETE FROM syncs WHERE id IN ({ids})"))
                .ids(gone.iter().copied())
                .run(self)?;
        }
        Ok(Removed::walked(gone.len(), &looked_at, limit))
    }

    /// Those that no other process is about to remove.
    fn lock_final_syncs(&mut self, ids: Vec<Uuid>) -> Result<Vec<Uuid>, StoreError> {
        if ids.is_empty() || !self.is_postgres() {
            return Ok(ids);
        }
        Sql::once(format!(
            "SELECT id FROM syncs WHERE id IN ({}) ORDER BY id FOR UPDATE SKIP LOCKED",
            marks(ids.len()),
        ))
        .ids(ids)
        .rows::<Uid>()
        .load(self)
    }
}
