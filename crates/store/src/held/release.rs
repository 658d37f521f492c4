//! Held deletes become tombstones.

use diesel::sql_types::{BigInt, Nullable, Text};
use syncline_domain::held::HeldStatus;

use super::HeldDeletes;
use super::row::{self, Ordinals, OrdinalsRow};
use crate::bug::{self, Bug};
use crate::error::StoreError;
use crate::runs::sweep::{ordinals_of, pick};
use crate::sql::Sql;
use crate::tx::Tx;

/// How far a release is: the key of the record that was looked at last, and the numbers that its
/// tombstones have.
type Progress = (Option<String>, Option<i64>, Option<i64>);

impl Tx<'_> {
    /// One batch, behind the key that the last one came to.
    pub(super) fn release_batch(
        &mut self,
        held: &HeldDeletes,
        limit: i64,
    ) -> Result<(), StoreError> {
        let hold = self.read_ordinals(held)?;
        let (after, first, last) = self.read_progress(held)?;
        let rows = self.list_live(held.model_id, after.as_deref(), limit)?;
        let (gone, after) = pick(&rows, limit, |ordinal| hold.holds(ordinal));
        let count = i64::try_from(gone.len()).unwrap_or(i64::MAX);
        let before = self.bury(held.model_id, held.sync_id, &gone)?;
        self.clear_suspects(held.model_id, &ordinals_of(&rows, &gone))?;
        let (first, last) = match before {
            Some(before) if bug::is_on(Bug::UndoOfLastBatch) => {
                (Some(before), Some(before + count))
            }
            Some(before) => (Some(first.unwrap_or(before)), Some(before + count)),
            None => (first, last),
        };
        let now = self.now();
        let (status, forget) = if after.is_none() {
            let forget = ", seen_ordinals = NULL, among_ordinals = NULL, spared_ordinals = NULL";
            (HeldStatus::Released, forget)
        } else {
            (HeldStatus::Releasing, "")
        };
        Sql::new(format!(
            "UPDATE held_deletes SET status = ?, released = released + ?, released_key = ?, \
             first_number = ?, last_number = ?, modified_at = ? {forget} WHERE id = ?"
        ))
        .text(status.as_str())
        .big(count)
        .opt_text(after)
        .opt_big(first)
        .opt_big(last)
        .time(now)
        .id(held.id.uuid())
        .run(self)?;
        Ok(())
    }

    pub(super) fn read_ordinals(&mut self, held: &HeldDeletes) -> Result<Ordinals, StoreError> {
        let row: Option<OrdinalsRow> = Sql::new(format!(
            "SELECT {} FROM held_deletes h WHERE h.id = ?",
            row::ORDINALS
        ))
        .id(held.id.uuid())
        .find(self)?;
        row.ok_or_else(|| super::not_found(held.id))?
            .into_ordinals()
    }

    fn read_progress(&mut self, held: &HeldDeletes) -> Result<Progress, StoreError> {
        let progress = Sql::new(
            "SELECT h.released_key, h.first_number, h.last_number FROM held_deletes h \
             WHERE h.id = ?",
        )
        .id(held.id.uuid())
        .rows::<(Nullable<Text>, Nullable<BigInt>, Nullable<BigInt>)>()
        .find(self)?;
        progress.ok_or_else(|| super::not_found(held.id))
    }
}
