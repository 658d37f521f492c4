//! Changes, newest first.

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Integer, Nullable, Text};
use syncline_domain::{AuditEventId, OrganizationId, TokenId};

use super::{AuditEvent, AuditFilter};
use crate::db::connection::MultiBackend;
use crate::db::types::{Instant, Uid};
use crate::error::StoreError;
use crate::page::{PageOf, PageRequest};
use crate::sql::Sql;
use crate::tx::Tx;

impl Tx<'_> {
    /// Newest first.
    ///
    /// # Errors
    /// Failures of the database alone.
    pub fn list_audit_events_of_organization(
        &mut self,
        organization_id: OrganizationId,
        filter: &AuditFilter,
        page: PageRequest<AuditEventId>,
    ) -> Result<PageOf<AuditEvent, AuditEventId>, StoreError> {
        let rows: Vec<AuditRow> = list_audit_events(organization_id, filter, page).load(self)?;
        let events = rows.into_iter().map(AuditEvent::from).collect();
        Ok(page.cut(events, |event| event.id))
    }
}

/// The head of a range of one index, whichever filters are set.
fn list_audit_events(
    organization_id: OrganizationId,
    filter: &AuditFilter,
    page: PageRequest<AuditEventId>,
) -> Sql<'static, MultiBackend> {
    let AuditFilter {
        token_id,
        target,
        created_from,
        created_before,
    } = filter;
    let conditions = [
        ("token_id = ?", token_id.is_some()),
        ("target = ?", target.is_some()),
        ("id < ?", page.after.is_some()),
        // An id begins with the millisecond of its making, so that the index finds the edges.
        ("id >= ? AND created_at >= ?", created_from.is_some()),
        ("id < ? AND created_at < ?", created_before.is_some()),
    ];
    let conditions: Vec<&str> = conditions
        .into_iter()
        .filter_map(|(condition, is_asked)| is_asked.then_some(condition))
        .collect();
    let mut text = "SELECT id, organization_id, created_at, token_id, operation, target, \
                    request_id, status FROM audit_events WHERE organization_id = ?"
        .to_owned();
    for condition in conditions {
        text.push_str(" AND ");
        text.push_str(condition);
    }
    text.push_str(" ORDER BY id DESC LIMIT ?");
    let mut list = Sql::new(text).id(organization_id.uuid());
    if let Some(id) = token_id {
        list = list.id(id.uuid());
    }
    if let Some(target) = target {
        list = list.text(target.clone());
    }
    if let Some(id) = page.after {
        list = list.id(id.uuid());
    }
    if let Some(from) = created_from {
        list = list.id(first_id(*from)).time(*from);
    }
    if let Some(before) = created_before {
        let edge = first_id(*before + TimeDelta::milliseconds(1));
        list = list.id(edge).time(*before);
    }
    list.big(page.one_more())
}

fn first_id(at: DateTime<Utc>) -> uuid::Uuid {
    AuditEventId::from_parts(at.trunc_subsecs(3), [0; 10]).uuid()
}

#[derive(QueryableByName)]
struct AuditRow {
    #[diesel(sql_type = Uid)]
    id: AuditEventId,
    #[diesel(sql_type = Uid)]
    organization_id: OrganizationId,
    #[diesel(sql_type = Instant)]
    created_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Uid>)]
    token_id: Option<TokenId>,
    #[diesel(sql_type = Text)]
    operation: String,
    #[diesel(sql_type = Nullable<Text>)]
    target: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    request_id: Option<String>,
    #[diesel(sql_type = Nullable<Integer>)]
    status: Option<i32>,
}

impl From<AuditRow> for AuditEvent {
    fn from(row: AuditRow) -> Self {
        let AuditRow {
            id,
            organization_id,
            created_at,
            token_id,
            operation,
            target,
            request_id,
            status,
        } = row;
        Self {
            id,
            organization_id,
            created_at,
            token_id,
            operation,
            target,
            request_id,
            status,
        }
    }
}
