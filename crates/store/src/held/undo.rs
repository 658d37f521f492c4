//! What a release deleted comes back.

use diesel::sql_types::{BigInt, Bool, Nullable, Text};
use syncline_domain::held::HeldStatus;

use super::HeldDeletes;
use crate::error::StoreError;
use crate::sql::Sql;
use crate::tx::Tx;

/// Rows that one batch looks at for each record that it may bring back.
const LOOKED_AT: i64 = 10;

/// Records of one statement.
const ROWS: usize = 100;

impl Tx<'_> {
    /// One batch, behind the number that the last one came to. The tombstones of a release are
    /// those that have the numbers of its time and name its sync: what was written after it does
    /// not, and stays as it is.
    pub(super) fn undo_batch(&mut self, held: &HeldDeletes, limit: i64) -> Result<(), StoreError> {
        let range: Option<(Option<i64>, Option<i64>)> = Sql::new(
            "SELECT COALESCE(h.undone_number, h.first_number), h.last_number \
             FROM held_deletes h WHERE h.id = ?",
        )
        .id(held.id.uuid())
        .rows::<(Nullable<BigInt>, Nullable<BigInt>)>()
        .find(self)?;
        let Some((Some(after), Some(last))) = range else {
            // It had deleted nothing yet.
            return self.write_undone(held, 0, None);
        };
        let rows: Vec<(String, i64, i64, bool)> = Sql::new(
            "SELECT r.key, r.ordinal, r.number, r.deleted_at IS NOT NULL AND r.sync_id = ? \
             FROM records r \
             WHERE r.model_id = ? AND r.number > ? AND r.number <= ? ORDER BY r.number LIMIT ?",
        )
        .id(held.sync_id.uuid())
        .id(held.model_id.uuid())
        .big(after)
        .big(last)
        .big(limit.saturating_mul(LOOKED_AT))
        .rows::<(Text, BigInt, BigInt, Bool)>()
        .load(self)?;
        let (mut keys, mut ordinals) = (Vec::new(), Vec::new());
        let mut looked_at = after;
        for (key, ordinal, number, is_ours) in &rows {
            if i64::try_from(keys.len()).is_ok_and(|count| count >= limit) {
                break;
            }
            looked_at = *number;
            if *is_ours {
                keys.push(key.as_str());
                ordinals.push(*ordinal);
            }
        }
        self.bring_back(held, &keys)?;
        self.keep_back(held, &ordinals)?;
        let is_all = rows
            .last()
            .is_none_or(|(_, _, number, _)| *number == looked_at);
        let is_full = i64::try_from(rows.len()).is_ok_and(|n| n == limit * LOOKED_AT);
        let next = (!is_all || is_full).then_some(looked_at);
        self.write_undone(held, keys.len(), next)
    }

    /// Live again, each with a new number, so that readers of the feed hear of it.
    fn bring_back(&mut self, held: &HeldDeletes, keys: &[&str]) -> Result<(), StoreError> {
        if keys.is_empty() {
            return Ok(());
        }
        let count = i64::try_from(keys.len()).unwrap_or(i64::MAX);
        let mut number = self.take_numbers(held.model_id, count, count)?;
        let now = self.now();
        for keys in keys.chunks(ROWS) {
            let rows = vec!["(CAST(? AS TEXT), CAST(? AS BIGINT))"; keys.len()].join(", ");
            let mut update = Sql::new(format!(
                "WITH v (key, number) AS (VALUES {rows}) \
                 UPDATE records SET deleted_at = NULL, modified_at = ?, number = v.number FROM v \
                 WHERE records.model_id = ? AND records.key = v.key",
            ));
            for key in keys {
                number += 1;
                update = update.text(*key).big(number);
            }
            let back = update.time(now).id(held.model_id.uuid()).run(self)?;
            if back != keys.len() {
                return Err(StoreError::Corrupt(format!(
                    "{back} of {} came back",
                    keys.len()
                )));
            }
        }
        Ok(())
    }

    /// What somebody wants back neither an older decision takes away, nor a pass that came to its
    /// end while it was gone.
    fn keep_back(&mut self, held: &HeldDeletes, ordinals: &[i64]) -> Result<(), StoreError> {
        if ordinals.is_empty() {
            return Ok(());
        }
        self.spare_held(held.model_id, ordinals)?;
        let back = ordinals.iter().map(|ordinal| ordinal.cast_unsigned());
        self.spare_swept(held.model_id, &back.collect())
    }

    fn write_undone(
        &mut self,
        held: &HeldDeletes,
        count: usize,
        next: Option<i64>,
    ) -> Result<(), StoreError> {
        let status = if next.is_some() {
            HeldStatus::Undoing
        } else {
            HeldStatus::Undone
        };
        let now = self.now();
        Sql::new(
            "UPDATE held_deletes SET status = ?, undone = undone + ?, undone_number = ?, \
             modified_at = ? WHERE id = ?",
        )
        .text(status.as_str())
        .big(i64::try_from(count).unwrap_or(i64::MAX))
        .opt_big(next)
        .time(now)
        .id(held.id.uuid())
        .run(self)?;
        Ok(())
    }
}
