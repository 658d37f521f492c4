//! A sync that waits is made due at once. Its status stays.

use syncline_domain::Sync;

use crate::error::StoreError;
use crate::sql::Sql;
use crate::tx::Tx;

impl Tx<'_> {
    /// Makes a locked sync due now; nothing changes when it is due, or does not wait.
    pub(crate) fn make_sync_due(&mut self, sync: &mut Sync) -> Result<(), StoreError> {
        let now = self.now();
        let due = sync.lifecycle.make_due(now);
        if due != sync.lifecycle {
            Sql::new("UPDATE syncs SET due_at = ?, modified_at = ? WHERE id = ? AND status = ?")
                .time(due.parts().due_at)
                .time(now)
                .id(sync.id.uuid())
                .text(due.status().as_str())
                .run(self)?;
            sync.lifecycle = due;
            sync.modified_at = Some(now);
        }
        Ok(())
    }
}
