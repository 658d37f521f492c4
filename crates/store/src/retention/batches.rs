//! A batch goes when its last sync has gone.

use chrono::{DateTime, Utc};
use diesel::sql_types::Bool;
use uuid::Uuid;

use super::{Place, Removed, first_id};
use crate::db::types::Uid;
use crate::error::StoreError;
use crate::sql::{Sql, marks};
use crate::tx::Tx;

/// Nothing names it, and nothing will: all its members came with it.
const EMPTY: &str = "(SELECT 1 FROM batch_members m WHERE m.batch_id = b.id LIMIT 1) IS NULL \
    AND (SELECT 1 FROM syncs s WHERE s.batch_id = b.id LIMIT 1) IS NULL";

impl Tx<'_> {
    /// Removes those of the next `limit` batches, made before, that are empty.
    pub(super) fn purge_batches(
        &mut self,
        before: DateTime<Utc>,
        from: Place,
        limit: i64,
    ) -> Result<Removed, StoreError> {
        let looked_at: Vec<(Uuid, bool)> = Sql::new(format!(
            "SELECT b.id, {EMPTY} FROM batches b \
             WHERE b.id > ? AND b.id < ? ORDER BY b.id LIMIT ?",
        ))
        .id(from.0)
        .id(first_id(before))
        .big(limit)
        .rows::<(Uid, Bool)>()
        .load(self)?;
        let empty: Vec<Uuid> = looked_at
            .iter()
            .filter(|(_, is_empty)| *is_empty)
            .map(|(id, _)| *id)
            .collect();
        let gone = if empty.is_empty() {
            0
        } else {
            Sql::once(format!(
                "DELETE FROM batches WHERE id IN \
                 (SELECT id FROM batches WHERE id IN ({}) {})",
                marks(empty.len()),
                self.skip_locked(),
            ))
            .ids(empty)
            .run(self)?
        };
        Ok(Removed::walked(gone, &looked_at, limit))
    }
}
