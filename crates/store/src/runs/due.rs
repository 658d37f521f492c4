//! What is due, and when something will be.

use chrono::{DateTime, Utc};
use diesel::sql_types::Nullable;

use crate::db::types::Instant;
use crate::error::StoreError;
use crate::sql::Sql;
use crate::tx::Tx;

impl Tx<'_> {
    /// Applies `enqueue` to at most `limit` syncs that are due and have their turn.
    ///
    /// # Errors
    /// Failures of the database alone.
    pub fn enqueue_due_syncs(&mut self, limit: i64) -> Result<usize, StoreError> {
        self.enqueue_syncs(limit)
    }

    /// When something becomes due next: a retry, a tick, a lease that expires. What is due
    /// already and waits for something else (its turn, its connection) is left out.
    ///
    /// # Errors
    /// Failures of the database alone.
    pub fn next_due_at(&mut self) -> Result<Option<DateTime<Utc>>, StoreError> {
        let now = self.now();
        let mut next = None;
        for (text, is_from_now) in NEXT {
            let question = Sql::new(text);
            let question = if is_from_now {
                question.time(now)
            } else {
                question
            };
            let at: Option<Option<DateTime<Utc>>> =
                question.rows::<Nullable<Instant>>().find(self)?;
            next = [next, at.flatten()].into_iter().flatten().min();
        }
        Ok(next)
    }
}

/// Each finds the first row of an index. A lease or a tick that is late counts: somebody has to
/// see to it.
pub(crate) const NEXT: [(&str, bool); 3] = [
    (
        "SELECT MIN(due_at) FROM syncs \
         WHERE status IN ('scheduled', 'pending_retry') AND due_at > ?",
        true,
    ),
    (
        "SELECT MIN(lease_expires_at) FROM syncs WHERE status = 'running'",
        false,
    ),
    (
        "SELECT m.next_sync_at FROM models m JOIN connections c ON c.id = m.connection_id \
         WHERE m.next_sync_at IS NOT NULL AND m.is_read_enabled AND m.unsupported_reason IS NULL \
         AND NOT c.is_sync_disabled AND c.deleted_at IS NULL ORDER BY m.next_sync_at LIMIT 1",
        false,
    ),
];
