//! Deleted records go; the feed remembers up to which number.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::sql_types::{BigInt, Text};
use uuid::Uuid;

use crate::db::types::Uid;
use crate::error::StoreError;
use crate::sql::{Sql, marks};
use crate::tx::Tx;

/// Keys of one statement.
const KEYS: usize = 100;

impl Tx<'_> {
    /// Removes at most `limit` records that were deleted before, the oldest first.
    ///
    /// The feeds are locked first, so that nothing brings a record back meanwhile, and in one
    /// order. What another process removes is passed over.
    pub(super) fn purge_deletions(
        &mut self,
        before: DateTime<Utc>,
        limit: i64,
    ) -> Result<usize, StoreError> {
        let rows: Vec<(Uuid, String)> = Sql::new(
            "SELECT r.model_id, r.key FROM records r \
             WHERE r.deleted_at < ? ORDER BY r.deleted_at LIMIT ?",
        )
        .time(before)
        .big(limit)
        .rows::<(Uid, Text)>()
        .load(self)?;
        let mut keys: BTreeMap<Uuid, Vec<String>> = BTreeMap::new();
        for (model_id, key) in rows {
            keys.entry(model_id).or_default().push(key);
        }
        for model_id in keys.keys() {
            self.lock_feed(*model_id)?;
        }
        let mut gone = 0;
        for (model_id, keys) in &keys {
            for keys in keys.chunks(KEYS) {
                gone += self.purge_deletions_of_model(*model_id, keys, before)?;
            }
        }
        Ok(gone)
    }

    fn lock_feed(&mut self, model_id: Uuid) -> Result<(), StoreError> {
        if self.is_postgres() {
            Sql::new("SELECT 1 FROM model_feeds WHERE model_id = ? FOR NO KEY UPDATE")
                .id(model_id)
                .run(self)?;
        }
        Ok(())
    }

    fn purge_deletions_of_model(
        &mut self,
        model_id: Uuid,
        keys: &[String],
        before: DateTime<Utc>,
    ) -> Result<usize, StoreError> {
        let mut delete = Sql::once(format!(
            "DELETE FROM records WHERE model_id = ? AND key IN \
             (SELECT r.key FROM records r WHERE r.model_id = ? AND r.key IN ({}) \
             AND r.deleted_at < ? {}) RETURNING number",
            marks(keys.len()),
            self.skip_locked(),
        ))
        .id(model_id)
        .id(model_id);
        for key in keys {
            delete = delete.text(key.clone());
        }
        let numbers: Vec<i64> = delete.time(before).rows::<BigInt>().load(self)?;
        if let Some(last) = numbers.iter().max() {
            Sql::new(
                "UPDATE model_feeds SET purged_through = ? \
                 WHERE model_id = ? AND purged_through < ?",
            )
            .big(*last)
            .id(model_id)
            .big(*last)
            .run(self)?;
        }
        Ok(numbers.len())
    }
}
