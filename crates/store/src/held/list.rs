//! Held deletes, newest first; and the records of one.

use std::cmp::Reverse;

use syncline_domain::access::Reach;
use syncline_domain::held::HeldStatus;
use syncline_domain::{HeldDeletesId, OrganizationId};

use super::row::{self, HeldRow};
use super::{HeldDeletes, HeldFilter};
use crate::db::connection::MultiBackend;
use crate::error::StoreError;
use crate::page::{PageOf, PageRequest};
use crate::records::Record;
use crate::runs::sweep::pick;
use crate::sql::Sql;
use crate::tx::Tx;

impl Tx<'_> {
    /// One; none when its connection was deleted.
    ///
    /// # Errors
    /// Failures of the database alone.
    pub fn find_held_deletes(
        &mut self,
        organization_id: OrganizationId,
        id: HeldDeletesId,
    ) -> Result<Option<HeldDeletes>, StoreError> {
        let row: Option<HeldRow> = Sql::new(format!(
            "SELECT {} FROM held_deletes h JOIN connections c ON c.id = h.connection_id \
             WHERE h.id = ? AND h.organization_id = ? AND c.deleted_at IS NULL",
            row::COLUMNS,
        ))
        .id(id.uuid())
        .id(organization_id.uuid())
        .find(self)?;
        row.map(HeldRow::into_held).transpose()
    }

    /// Whoever owns it.
    pub(super) fn find_held_row(
        &mut self,
        id: HeldDeletesId,
    ) -> Result<Option<HeldDeletes>, StoreError> {
        let row: Option<HeldRow> = Sql::new(format!(
            "SELECT {} FROM held_deletes h WHERE h.id = ?",
            row::COLUMNS
        ))
        .id(id.uuid())
        .find(self)?;
        row.map(HeldRow::into_held).transpose()
    }

    /// Newest first.
    ///
    /// # Errors
    /// Failures of the database alone.
    pub fn list_held_deletes_of_organization(
        &mut self,
        organization_id: OrganizationId,
        filter: &HeldFilter,
        page: PageRequest<HeldDeletesId>,
    ) -> Result<PageOf<HeldDeletes, HeldDeletesId>, StoreError> {
        let mut items = Vec::new();
        for filter in filter.within_reach() {
            for status in HeldStatus::ALL {
                if filter.is_wanted(status) {
                    let rows: Vec<HeldRow> =
                        list_held(organization_id, &filter, status, page).load(self)?;
                    for row in rows {
                        items.push(row.into_held()?);
                    }
                }
            }
        }
        items.sort_unstable_by_key(|held| Reverse(held.id));
        Ok(page.cut(items, |held| held.id))
    }

    /// The records that are still held, in the order of their keys: what a release would delete.
    /// A page looks at a bounded number of records, so that it may have fewer than it could.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn list_held_records(
        &mut self,
        organization_id: OrganizationId,
        id: HeldDeletesId,
        page: PageRequest<String>,
    ) -> Result<(HeldDeletes, PageOf<Record, String>), StoreError> {
        let held = self
            .find_held_deletes(organization_id, id)?
            .ok_or_else(|| super::not_found(id))?;
        let nothing = PageOf {
            items: Vec::new(),
            next: None,
        };
        if !matches!(held.status, HeldStatus::Held | HeldStatus::Releasing) {
            return Ok((held, nothing));
        }
        let hold = self.read_ordinals(&held)?;
        let limit = page.limit.clamp(1, 1000);
        let rows = self.list_live(held.model_id, page.after.as_deref(), limit)?;
        let (keys, next) = pick(&rows, limit, |ordinal| hold.holds(ordinal));
        let items = self.list_records_by_key(held.model_id, &keys)?;
        Ok((held, PageOf { items, next }))
    }
}

/// The head of a range of one index: the narrowest filter is asked for, and of the organization by
/// its connection.
fn list_held(
    organization_id: OrganizationId,
    filter: &HeldFilter,
    status: HeldStatus,
    page: PageRequest<HeldDeletesId>,
) -> Sql<'static, MultiBackend> {
    let HeldFilter {
        reach: _,
        connection_id,
        model_id,
        statuses: _,
    } = filter;
    let narrow = match (model_id, connection_id) {
        (Some(_), Some(_)) => "h.model_id = ? AND c.id = ? AND c.organization_id = ?",
        (Some(_), None) => "h.model_id = ? AND c.organization_id = ?",
        (None, Some(_)) => "h.connection_id = ? AND c.organization_id = ?",
        (None, None) => "h.organization_id = ?",
    };
    let behind = if page.after.is_some() {
        "AND h.id < ?"
    } else {
        ""
    };
    let ids = [
        model_id.map(|id| id.uuid()),
        connection_id.map(|id| id.uuid()),
    ];
    let list = Sql::new(format!(
        "SELECT {} FROM held_deletes h JOIN connections c ON c.id = h.connection_id \
         WHERE {narrow} AND h.status = '{status}' AND c.deleted_at IS NULL {behind} \
         ORDER BY h.id DESC LIMIT ?",
        row::COLUMNS,
    ))
    .ids(ids.into_iter().flatten())
    .id(organization_id.uuid())
    .ids(page.after.map(HeldDeletesId::uuid));
    list.big(page.one_more())
}

impl HeldFilter {
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

    fn is_wanted(&self, status: HeldStatus) -> bool {
        self.statuses.is_empty() || self.statuses.contains(&status)
    }
}
