//! What is too old to be asked for goes.

use chrono::TimeDelta;

use crate::error::StoreError;
use crate::sql::Sql;
use crate::tx::Tx;

impl Tx<'_> {
    /// Removes at most `limit` rows that are older than this; gives how many went.
    ///
    /// # Errors
    /// Failures of the database alone.
    pub fn purge_audit_events(&mut self, kept: TimeDelta, limit: i64) -> Result<usize, StoreError> {
        let before = self.now() - kept;
        let lock = if self.is_postgres() {
            "FOR UPDATE SKIP LOCKED"
        } else {
            ""
        };
        Sql::new(format!(
            "DELETE FROM audit_events WHERE id IN (SELECT id FROM audit_events \
             WHERE created_at < ? ORDER BY created_at LIMIT ? {lock})",
        ))
        .time(before)
        .big(limit)
        .run(self)
    }
}
