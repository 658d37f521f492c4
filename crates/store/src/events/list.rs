//! The feed of events.

use diesel::sql_types::BigInt;
use syncline_domain::OrganizationId;
use syncline_domain::access::Reach;

use super::row::{self, EventRow};
use super::{Event, EventFilter, EventPage};
use crate::db::connection::MultiBackend;
use crate::error::StoreError;
use crate::sql::Sql;
use crate::tx::Tx;

impl Tx<'_> {
    /// Events behind the number `after`, in order, as far as they are
    /// [numbered](crate::store::Store::number_events).
    ///
    /// # Errors
    /// [`StoreError::EventsExpired`] when events behind `after` are no longer kept.
    pub fn list_events_of_organization(
        &mut self,
        organization_id: OrganizationId,
        filter: &EventFilter,
        after: Option<i64>,
        limit: i64,
    ) -> Result<EventPage, StoreError> {
        // Asked first: all up to this number is committed, and so stands in what is read next.
        let (last_number, purged_through) = self.find_event_feed(organization_id)?;
        let after = match after {
            Some(number) if number < purged_through => return Err(StoreError::EventsExpired),
            Some(number) => number,
            None => purged_through,
        };
        let mut events = Vec::new();
        for filter in filter.within_reach() {
            let rows: Vec<EventRow> =
                list_events(organization_id, &filter, after, limit.saturating_add(1)).load(self)?;
            for row in rows {
                events.push(row.into_event()?);
            }
        }
        events.sort_unstable_by_key(|event: &Event| event.number);
        let limit = usize::try_from(limit).unwrap_or(0);
        let has_more = events.len() > limit;
        events.truncate(limit);
        let last_given = events.last().map_or(after, |event| event.number);
        let cursor = if has_more {
            last_given
        } else {
            last_given.max(last_number)
        };
        Ok(EventPage {
            events,
            cursor,
            has_more,
        })
    }

    fn find_event_feed(
        &mut self,
        organization_id: OrganizationId,
    ) -> Result<(i64, i64), StoreError> {
        let found = Sql::new(
            "SELECT last_number, purged_through FROM event_feeds WHERE organization_id = ?",
        )
        .id(organization_id.uuid())
        .rows::<(BigInt, BigInt)>()
        .find(self)?;
        // Nobody has read yet.
        Ok(found.unwrap_or((0, 0)))
    }
}

/// The head of a range of one index, whichever filters are set: the index of the narrowest one has
/// a column more than that of the organization.
fn list_events(
    organization_id: OrganizationId,
    filter: &EventFilter,
    after: i64,
    limit: i64,
) -> Sql<'static, MultiBackend> {
    let EventFilter {
        reach: _,
        connection_id,
        model_id,
        sync_id,
    } = filter;
    let narrow = [
        ("sync_id", sync_id.map(|id| id.uuid())),
        ("model_id", model_id.map(|id| id.uuid())),
        ("connection_id", connection_id.map(|id| id.uuid())),
    ];
    let mut text = format!(
        "SELECT {} FROM events e WHERE e.organization_id = ?",
        row::COLUMNS
    );
    let mut ids = Vec::new();
    for (column, id) in narrow {
        if let Some(id) = id {
            text.push_str(&format!(" AND e.{column} = ?"));
            ids.push(id);
        }
    }
    text.push_str(" AND e.number > ? ORDER BY e.number LIMIT ?");
    Sql::new(text)
        .id(organization_id.uuid())
        .ids(ids)
        .big(after)
        .big(limit)
}

impl EventFilter {
    /// A limited reach is asked for connection by connection: each question has its index.
    fn within_reach(&self) -> Vec<Self> {
        let Reach::Only(ids) = &self.reach else {
            return vec![self.clone()];
        };
        ids.iter()
            .filter(|id| self.connection_id.is_none_or(|asked| asked == **id))
            .map(|id| Self {
                connection_id: Some(*id),
                ..self.clone()
            })
            .collect()
    }
}
