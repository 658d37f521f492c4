//! A sync that waits is made due at once, or is asked for by a caller. Its status stays.

use syncline_domain::Sync;

use crate::error::StoreError;
use crate::sql::Sql;
use crate::tx::Tx;

impl Tx<'_> {
    /// A caller waits for it from now on, whoever made it.
    pub(crate) fn mark_asked_for(&mut self, sync: &Sync) -> Result<(), StoreError> {
        if sync.is_one_off {
            return Ok(());
        }
        Sql::new("UPDATE syncs SET is_asked_for = ? WHERE id = ?")
            .flag(true)
            .id(sync.id.uuid())
            .run(self)?;
        Ok(())
    }

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
