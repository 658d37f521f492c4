//! Workers say that they are alive, whether they run anything or not.

use chrono::Duration;

use crate::error::StoreError;
use crate::runs::Caps;
use crate::sql::Sql;
use crate::tx::Tx;

/// A worker that has been silent for this long is forgotten.
pub(crate) const FORGOTTEN_AFTER: Duration = Duration::days(1);

/// How many syncs a worker runs at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slots {
    /// Of any kind.
    pub all: i64,
    /// At most so many that no caller asked for; the other slots are kept for those.
    pub for_scheduled: i64,
}

impl Tx<'_> {
    /// A worker is alive for another `lease`, with these slots and limits.
    ///
    /// # Errors
    /// Failures of the database alone.
    pub fn announce_worker(
        &mut self,
        name: &str,
        slots: Slots,
        caps: Caps,
        lease: Duration,
    ) -> Result<(), StoreError> {
        let now = self.now();
        Sql::new(
            "INSERT INTO workers (name, seen_at, expires_at, slots, slots_for_scheduled, \
             cap_per_organization, cap_per_connection, cap_per_provider) \
             VALUES (?, ?, ?, ?, ?, ?, ?, ?) \
             ON CONFLICT (name) DO UPDATE SET seen_at = excluded.seen_at, \
             expires_at = excluded.expires_at, slots = excluded.slots, \
             slots_for_scheduled = excluded.slots_for_scheduled, \
             cap_per_organization = excluded.cap_per_organization, \
             cap_per_connection = excluded.cap_per_connection, \
             cap_per_provider = excluded.cap_per_provider",
        )
        .text(name.to_owned())
        .time(now)
        .time(now + lease)
        .big(slots.all)
        .big(slots.for_scheduled)
        .opt_big(caps.per_organization)
        .opt_big(caps.per_connection)
        .opt_big(caps.per_provider)
        .run(self)?;
        Ok(())
    }

    /// A worker has stopped.
    ///
    /// # Errors
    /// Failures of the database alone.
    pub fn withdraw_worker(&mut self, name: &str) -> Result<(), StoreError> {
        Sql::new("DELETE FROM workers WHERE name = ?")
            .text(name.to_owned())
            .run(self)?;
        Ok(())
    }
}
