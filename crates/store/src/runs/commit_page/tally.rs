//! Counters and warnings of an attempt.

use syncline_domain::attempt::{Counters, Warning};

use crate::db::types::{Json, JsonText};
use crate::error::StoreError;
use crate::runs::Fence;
use crate::sql::Sql;
use crate::syncs::warnings_of;
use crate::tx::Tx;

/// An attempt keeps no more different warnings than this: a source that finds something odd in
/// each record must not fill the row.
const MAX_WARNINGS: usize = 100;

impl Tx<'_> {
    pub(in crate::runs) fn tally(
        &mut self,
        fence: Fence,
        counters: &Counters,
        warnings: &[Warning],
    ) -> Result<(), StoreError> {
        let Counters {
            pages,
            records,
            added,
            changed,
            unchanged,
            deleted,
            bytes,
            requests,
        } = *counters;
        if *counters == Counters::default() && warnings.is_empty() {
            return Ok(());
        }
        Sql::new(
            "UPDATE attempts SET pages = pages + ?, records = records + ?, added = added + ?, \
             changed = changed + ?, unchanged = unchanged + ?, deleted = deleted + ?, \
             bytes = bytes + ?, requests = requests + ? WHERE sync_id = ? AND number = ?",
        )
        .big(pages)
        .big(records)
        .big(added)
        .big(changed)
        .big(unchanged)
        .big(deleted)
        .big(bytes)
        .big(requests)
        .id(fence.sync_id.uuid())
        .int(fence.attempt)
        .run(self)?;
        if warnings.is_empty() {
            Ok(())
        } else {
            self.keep_warnings(fence, warnings)
        }
    }

    /// The same warning is kept once.
    fn keep_warnings(&mut self, fence: Fence, new: &[Warning]) -> Result<(), StoreError> {
        let stored: Option<JsonText> =
            Sql::new("SELECT warnings FROM attempts WHERE sync_id = ? AND number = ?")
                .id(fence.sync_id.uuid())
                .int(fence.attempt)
                .rows::<Json>()
                .find(self)?;
        let mut warnings = match stored {
            Some(JsonText(stored)) => warnings_of(&stored)?,
            None => Vec::new(),
        };
        let kept = warnings.len();
        for warning in new {
            if warnings.len() < MAX_WARNINGS && !warnings.contains(warning) {
                warnings.push(warning.clone());
            }
        }
        if warnings.len() > kept {
            Sql::new("UPDATE attempts SET warnings = ? WHERE sync_id = ? AND number = ?")
                .json(crate::sql::json_of(&warnings)?)
                .id(fence.sync_id.uuid())
                .int(fence.attempt)
                .run(self)?;
        }
        Ok(())
    }
}
