//! Whether there is anything new for those who follow.

use diesel::sql_types::{BigInt, Bool};
use syncline_domain::OrganizationId;

use crate::db::types::Uid;
use crate::error::StoreError;
use crate::sql::{Sql, marks};
use crate::tx::Tx;

/// How far the events of an organization are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventNews {
    /// The tenant.
    pub organization_id: OrganizationId,
    /// The number that was given last.
    pub last_number: i64,
    /// Whether there are events that nobody has numbered yet.
    pub has_unnumbered: bool,
}

impl EventNews {
    /// Whether a reader who knows `before` finds more now.
    pub fn is_more_than(&self, before: EventNews) -> bool {
        self.has_unnumbered || self.last_number > before.last_number
    }
}

impl Tx<'_> {
    /// Of each of these organizations.
    ///
    /// # Errors
    /// Failures of the database alone.
    pub fn list_event_news(
        &mut self,
        ids: Vec<OrganizationId>,
    ) -> Result<Vec<EventNews>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let rows: Vec<(OrganizationId, i64, bool)> = Sql::once(format!(
            "SELECT o.id, COALESCE(f.last_number, 0), (SELECT 1 FROM events e \
             WHERE e.organization_id = o.id AND e.number IS NULL LIMIT 1) IS NOT NULL \
             FROM organizations o LEFT JOIN event_feeds f ON f.organization_id = o.id \
             WHERE o.id IN ({})",
            marks(ids.len()),
        ))
        .ids(ids.into_iter().map(OrganizationId::uuid))
        .rows::<(Uid, BigInt, Bool)>()
        .load(self)?;
        let news = rows
            .into_iter()
            .map(|(organization_id, last_number, has_unnumbered)| EventNews {
                organization_id,
                last_number,
                has_unnumbered,
            });
        Ok(news.collect())
    }
}
