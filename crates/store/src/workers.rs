//! Workers say that they are alive, whether they run anything or not.

use chrono::Duration;

use crate::error::StoreError;
use crate::runs::Caps;
use crate::sql::Sql;
use crate::tx::Tx;

/// A worker that has been silent for this long is forgotten.
const FORGOTTEN_AFTER: Duration = Duration::days(1);

impl Tx<'_> {
    /// A worker is alive for another `lease`, with `slots` for syncs and these limits.
    ///
    /// # Errors
    /// Failures of the database alone.
    pub fn announce_worker(
        &mut self,
        name: &str,
        slots: i64,
        caps: Caps,
        lease: Duration,
    ) -> Result<(), StoreError> {
        let now = self.now();
        Sql::new("DELETE FROM workers WHERE expires_at < ? AND name <> ?")
            .time(now - FORGOTTEN_AFTER)
            .text(name.to_owned())
            .run(self)?;
        Sql::new(
            "INSERT INTO workers (name, seen_at, expires_at, slots, cap_per_organization, \
             cap_per_connection, cap_per_provider) VALUES (?, ?, ?, ?, ?, ?, ?) \
             ON CONFLICT (name) DO UPDATE SET seen_at = excluded.seen_at, \
             expires_at = excluded.expires_at, slots = excluded.slots, \
             cap_per_organization = excluded.cap_per_organization, \
             cap_per_connection = excluded.cap_per_connection, \
             cap_per_provider = excluded.cap_per_provider",
        )
        .text(name.to_owned())
        .time(now)
        .time(now + lease)
        .big(slots)
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
