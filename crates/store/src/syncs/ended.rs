//! Which of many syncs have ended, in one question.

use std::collections::BTreeSet;

use syncline_domain::SyncId;

use crate::db::types::Uid;
use crate::error::StoreError;
use crate::sql::{Sql, marks};
use crate::transitions::statuses;
use crate::tx::Tx;

/// No database takes a statement with more values than some tens of thousands.
const AT_ONCE: usize = 10_000;

impl Tx<'_> {
    /// Those of these that are final or gone, of whichever organizations: for who waits for them
    /// and has seen them.
    ///
    /// # Errors
    /// Failures of the database alone.
    pub fn list_ended_syncs(&mut self, ids: Vec<SyncId>) -> Result<Vec<SyncId>, StoreError> {
        let mut ended: BTreeSet<SyncId> = ids.iter().copied().collect();
        for ids in ids.chunks(AT_ONCE) {
            let live: Vec<SyncId> = Sql::once(format!(
                "SELECT s.id FROM syncs s JOIN connections c ON c.id = s.connection_id \
                 WHERE s.id IN ({}) AND s.status IN ({}) AND c.deleted_at IS NULL",
                marks(ids.len()),
                statuses::live(),
            ))
            .ids(ids.iter().map(|id| id.uuid()))
            .rows::<Uid>()
            .load(self)?;
            for id in live {
                ended.remove(&id);
            }
        }
        Ok(ended.into_iter().collect())
    }
}
