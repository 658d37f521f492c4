//! Events go; the feed of their organization remembers up to which number.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use diesel::sql_types::{BigInt, Bool};
use syncline_domain::OrganizationId;
use uuid::Uuid;

use crate::db::types::{Instant, Time, Uid};
use crate::error::StoreError;
use crate::sql::{Sql, marks};
use crate::tx::Tx;

impl Tx<'_> {
    /// Removes those of the oldest `limit` events that were written before.
    ///
    /// Entries are in the order of time, but for moments, so that the primary key finds the oldest.
    /// What nobody has read has no number: it gets one first, or a reader from before would not
    /// know that it missed it. The counters are locked in one order.
    pub(super) fn purge_events(
        &mut self,
        before: DateTime<Utc>,
        limit: i64,
    ) -> Result<usize, StoreError> {
        let looked_at: Vec<(i64, Uuid, Time, bool)> = Sql::new(
            "SELECT e.entry, e.organization_id, e.created_at, e.number IS NULL FROM events e \
             WHERE e.entry > ? ORDER BY e.entry LIMIT ?",
        )
        .big(0)
        .big(limit)
        .rows::<(BigInt, Uid, Instant, Bool)>()
        .load(self)?;
        let (mut over, mut organizations, mut unnumbered) =
            (Vec::new(), BTreeSet::new(), BTreeSet::new());
        for (entry, organization, Time(at), is_unnumbered) in looked_at {
            if at < before {
                over.push(entry);
                organizations.insert(organization);
                if is_unnumbered {
                    unnumbered.insert(organization);
                }
            }
        }
        if over.is_empty() {
            return Ok(0);
        }
        for organization in organizations {
            self.lock_event_feed(organization)?;
            if unnumbered.contains(&organization) {
                // They are the oldest of all, so that this is enough for those to be removed.
                self.number_events(OrganizationId::from_uuid(organization), limit)?;
            }
        }
        self.delete_events(&over)
    }

    fn delete_events(&mut self, entries: &[i64]) -> Result<usize, StoreError> {
        let mut delete = Sql::once(format!(
            "DELETE FROM events WHERE entry IN ({}) AND number IS NOT NULL \
             RETURNING organization_id, number",
            marks(entries.len()),
        ));
        for entry in entries {
            delete = delete.big(*entry);
        }
        let gone: Vec<(Uuid, i64)> = delete.rows::<(Uid, BigInt)>().load(self)?;
        let mut last = BTreeMap::new();
        for (organization, number) in &gone {
            let highest = last.entry(*organization).or_insert(0);
            *highest = (*number).max(*highest);
        }
        for (organization, number) in last {
            Sql::new(
                "UPDATE event_feeds SET purged_through = ? \
                 WHERE organization_id = ? AND purged_through < ?",
            )
            .big(number)
            .id(organization)
            .big(number)
            .run(self)?;
        }
        Ok(gone.len())
    }
}
