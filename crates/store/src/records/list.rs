//! The feed of changes.

use diesel::sql_types::BigInt;
use syncline_domain::{ModelId, OrganizationId};

use super::row::{self, RecordRow};
use super::{FeedPage, FeedPlace, Record};
use crate::error::StoreError;
use crate::sql::{Sql, marks};
use crate::tx::Tx;

impl Tx<'_> {
    /// Records behind the place `after` in the order of change; pages are filled past rows that
    /// `include_deleted: false` leaves out.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for the model; [`StoreError::CursorExpired`] when deletions
    /// behind `after` were purged, and its reader can miss one of them.
    pub fn list_records_of_model(
        &mut self,
        organization_id: OrganizationId,
        model_id: ModelId,
        after: Option<FeedPlace>,
        include_deleted: bool,
        limit: i64,
    ) -> Result<FeedPage, StoreError> {
        // Asked first: all up to this number was committed, and so stands in what is read next.
        let (last_number, purged_through) = self.read_feed(organization_id, model_id)?;
        let from = match after {
            Some(place) if !place.is_kept(purged_through) => return Err(StoreError::CursorExpired),
            Some(place) => place,
            None => FeedPlace {
                number: 0,
                begun_at: last_number,
            },
        };
        let after = from.number;
        let rows: Vec<RecordRow> = Sql::new(feed(include_deleted))
            .id(model_id.uuid())
            .big(after)
            .big(limit.saturating_add(1))
            .load(self)?;
        let limit = usize::try_from(limit).unwrap_or(0);
        let has_more = rows.len() > limit;
        let records = rows
            .into_iter()
            .take(limit)
            .map(RecordRow::into_record)
            .collect::<Result<Vec<_>, _>>()?;
        let last_given = records.last().map_or(after, |record| record.number);
        let cursor = if has_more {
            last_given
        } else {
            last_given.max(last_number).max(after)
        };
        Ok(FeedPage {
            records,
            cursor: FeedPlace {
                number: cursor,
                ..from
            },
            has_more,
        })
    }

    /// Those that are there, in the order of these keys as they are stored.
    pub(crate) fn list_records_by_key(
        &mut self,
        model_id: ModelId,
        keys: &[String],
    ) -> Result<Vec<Record>, StoreError> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let mut list = Sql::once(format!(
            "SELECT {} FROM records r WHERE r.model_id = ? AND r.key IN ({}) ORDER BY r.key",
            row::COLUMNS,
            marks(keys.len()),
        ))
        .id(model_id.uuid());
        for key in keys {
            list = list.text(key.clone());
        }
        let rows: Vec<RecordRow> = list.load(self)?;
        rows.into_iter().map(RecordRow::into_record).collect()
    }

    fn read_feed(
        &mut self,
        organization_id: OrganizationId,
        model_id: ModelId,
    ) -> Result<(i64, i64), StoreError> {
        Sql::new(
            "SELECT f.last_number, f.purged_through FROM models m \
             JOIN connections c ON c.id = m.connection_id \
             JOIN model_feeds f ON f.model_id = m.id \
             WHERE m.id = ? AND m.organization_id = ? AND c.deleted_at IS NULL",
        )
        .id(model_id.uuid())
        .id(organization_id.uuid())
        .rows::<(BigInt, BigInt)>()
        .find(self)?
        .ok_or_else(|| StoreError::NotFound {
            what: "model",
            id: model_id.to_string(),
        })
    }
}

pub(crate) fn feed(include_deleted: bool) -> String {
    format!(
        "SELECT {} FROM records r WHERE r.model_id = ? AND r.number > ? {} \
         ORDER BY r.number LIMIT ?",
        row::COLUMNS,
        if include_deleted {
            ""
        } else {
            "AND r.deleted_at IS NULL"
        },
    )
}
