//! Events get their numbers when somebody reads.

use diesel::sql_types::{BigInt, Integer};
use syncline_domain::OrganizationId;
use uuid::Uuid;

use crate::error::StoreError;
use crate::sql::Sql;
use crate::store::{Lane, Store};
use crate::tx::Tx;

/// Events that one transaction numbers: few, for requests wait meanwhile.
const STEP: i64 = 500;

impl Store {
    /// Numbers what was committed before, so that a page of the feed has it. Nothing is written
    /// when there is nothing new.
    ///
    /// # Errors
    /// Failures of the database alone.
    pub async fn number_events(&self, organization_id: OrganizationId) -> Result<(), StoreError> {
        let mut is_due = self
            .read(move |tx| tx.has_unnumbered_events(organization_id))
            .await?;
        while is_due {
            let numbered = self
                .write(Lane::Control, move |tx| {
                    tx.number_events(organization_id, STEP)
                })
                .await?;
            is_due = numbered >= STEP;
        }
        Ok(())
    }
}

impl Tx<'_> {
    fn has_unnumbered_events(
        &mut self,
        organization_id: OrganizationId,
    ) -> Result<bool, StoreError> {
        let found: Option<i32> = Sql::new(
            "SELECT 1 FROM events e WHERE e.organization_id = ? AND e.number IS NULL LIMIT 1",
        )
        .id(organization_id.uuid())
        .rows::<Integer>()
        .find(self)?;
        Ok(found.is_some())
    }

    /// Numbers the oldest `limit` events that have no number yet; gives how many there were.
    ///
    /// # Errors
    /// Failures of the database alone.
    pub fn number_events(
        &mut self,
        organization_id: OrganizationId,
        limit: i64,
    ) -> Result<i64, StoreError> {
        let organization_id = organization_id.uuid();
        let last_number = self.lock_event_feed(organization_id)?;
        // In the order of the entries: those of one sync are in the order of its changes, for its
        // row was locked. What is not committed yet comes after all of these.
        let numbered = Sql::new(
            "UPDATE events SET number = v.number FROM (SELECT u.entry, \
             CAST(? AS BIGINT) + ROW_NUMBER() OVER (ORDER BY u.entry) AS number \
             FROM (SELECT e.entry FROM events e WHERE e.organization_id = ? \
             AND e.number IS NULL ORDER BY e.entry LIMIT ?) u) v WHERE events.entry = v.entry",
        )
        .big(last_number)
        .id(organization_id)
        .big(limit)
        .run(self)?;
        let numbered = i64::try_from(numbered).unwrap_or(i64::MAX);
        Sql::new("UPDATE event_feeds SET last_number = ? WHERE organization_id = ?")
            .big(last_number + numbered)
            .id(organization_id)
            .run(self)?;
        Ok(numbered)
    }

    /// Holds the counter to the end of the transaction; gives the last number.
    pub(crate) fn lock_event_feed(&mut self, organization_id: Uuid) -> Result<i64, StoreError> {
        Sql::new("INSERT INTO event_feeds (organization_id) VALUES (?) ON CONFLICT DO NOTHING")
            .id(organization_id)
            .run(self)?;
        let lock = if self.is_postgres() {
            "FOR NO KEY UPDATE"
        } else {
            ""
        };
        let last: Option<i64> = Sql::new(format!(
            "SELECT last_number FROM event_feeds WHERE organization_id = ? {lock}"
        ))
        .id(organization_id)
        .rows::<BigInt>()
        .find(self)?;
        last.ok_or_else(|| StoreError::Corrupt(format!("{organization_id} has no event feed")))
    }
}
