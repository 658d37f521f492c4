//! Syncs, newest first.

use std::cmp::Reverse;

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use syncline_domain::access::Reach;
use syncline_domain::{OrganizationId, Status, Sync, SyncId};

use super::SyncFilter;
use super::row::{self, SyncRow};
use crate::db::connection::MultiBackend;
use crate::error::StoreError;
use crate::page::{PageOf, PageRequest};
use crate::sql::Sql;
use crate::tx::Tx;

impl Tx<'_> {
    /// Newest first.
    ///
    /// # Errors
    /// Failures of the database alone.
    pub fn list_syncs_of_organization(
        &mut self,
        organization_id: OrganizationId,
        filter: &SyncFilter,
        page: PageRequest<SyncId>,
    ) -> Result<PageOf<Sync, SyncId>, StoreError> {
        let mut items = Vec::new();
        for filter in filter.within_reach() {
            let rows: Vec<SyncRow> = list_syncs(organization_id, &filter, page).load(self)?;
            for row in rows {
                items.push(row.into_sync()?);
            }
        }
        items.sort_unstable_by_key(|sync| Reverse(sync.id));
        Ok(page.cut(items, |sync| sync.id))
    }
}

/// One branch for each status, each of them the head of a range of one index; then the newest of
/// them all. A batch is small, and is read whole.
pub(crate) fn list_syncs(
    organization_id: OrganizationId,
    filter: &SyncFilter,
    page: PageRequest<SyncId>,
) -> Sql<'static, MultiBackend> {
    let statuses: Vec<Status> = Status::ALL
        .into_iter()
        .filter(|status| filter.is_wanted(*status))
        .collect();
    let mut binds = Vec::new();
    let branches: Vec<String> = statuses
        .into_iter()
        .enumerate()
        .map(|(number, status)| branch(number, status, organization_id, filter, page, &mut binds))
        .collect();
    let text = format!(
        "SELECT * FROM ({}) u ORDER BY id DESC LIMIT ?",
        branches.join(" UNION ALL "),
    );
    let list = binds
        .into_iter()
        .fold(Sql::new(text), |list, value| match value {
            Value::Id(id) => list.id(id),
            Value::Time(time) => list.time(time),
            Value::Number(number) => list.big(number),
        });
    list.big(page.one_more())
}

enum Value {
    Id(uuid::Uuid),
    Time(DateTime<Utc>),
    Number(i64),
}

fn branch(
    number: usize,
    status: Status,
    organization_id: OrganizationId,
    filter: &SyncFilter,
    page: PageRequest<SyncId>,
    binds: &mut Vec<Value>,
) -> String {
    let SyncFilter {
        reach: _,
        connection_id,
        model_id,
        statuses: _,
        batch_id,
        created_from,
        created_before,
    } = filter;
    let mut text = format!(
        "SELECT * FROM (SELECT {} FROM {} syncs s {} \
         JOIN connections c ON c.id = s.connection_id \
         WHERE c.deleted_at IS NULL AND s.status = '{status}'",
        row::COLUMNS,
        if batch_id.is_some() {
            "batch_members b JOIN"
        } else {
            ""
        },
        if batch_id.is_some() {
            "ON s.id = b.sync_id"
        } else {
            ""
        },
    );
    let mut narrow = |condition: &str, value: Value| {
        text.push_str(" AND ");
        text.push_str(condition);
        binds.push(value);
    };
    // The narrowest of them is asked of the sync, and the others of its connection, so that no
    // database takes the wider index.
    let is_narrow = connection_id.is_some() || model_id.is_some() || batch_id.is_some();
    let organization = if is_narrow {
        "c.organization_id = ?"
    } else {
        "s.organization_id = ?"
    };
    narrow(organization, Value::Id(organization_id.uuid()));
    if let Some(id) = batch_id {
        narrow("b.batch_id = ?", Value::Id(id.uuid()));
    }
    if let Some(id) = model_id {
        narrow("s.model_id = ?", Value::Id(id.uuid()));
    }
    if let Some(id) = connection_id {
        let is_widest = model_id.is_some() || batch_id.is_some();
        let condition = if is_widest {
            "c.id = ?"
        } else {
            "s.connection_id = ?"
        };
        narrow(condition, Value::Id(id.uuid()));
    }
    if let Some(id) = page.after {
        narrow("s.id < ?", Value::Id(id.uuid()));
    }
    // An id begins with the millisecond of its making, so that the index finds the edges.
    if let Some(from) = created_from {
        narrow("s.id >= ?", Value::Id(first_id(*from)));
        narrow("s.created_at >= ?", Value::Time(*from));
    }
    if let Some(before) = created_before {
        narrow(
            "s.id < ?",
            Value::Id(first_id(*before + TimeDelta::milliseconds(1))),
        );
        narrow("s.created_at < ?", Value::Time(*before));
    }
    binds.push(Value::Number(page.one_more()));
    text.push_str(&format!(" ORDER BY s.id DESC LIMIT ?) b{number}"));
    text
}

fn first_id(at: DateTime<Utc>) -> uuid::Uuid {
    SyncId::from_parts(at.trunc_subsecs(3), [0; 10]).uuid()
}

impl SyncFilter {
    /// A limited reach is asked for connection by connection: each question has its index, and an
    /// organization's many other syncs are not looked through.
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

    fn is_wanted(&self, status: Status) -> bool {
        self.statuses.is_empty() || self.statuses.contains(&status)
    }
}
