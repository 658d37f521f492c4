//! Who waits, found by walking the index of what is queued.

use std::collections::VecDeque;

use diesel::QueryableByName;
use diesel::sql_types::{Bool, Integer, Text};
use syncline_domain::fairness::Waiting;
use syncline_domain::quota::LONGEST_WAIT;
use syncline_domain::{ConnectionId, OrganizationId, SyncId};
use uuid::Uuid;

use super::running::Running;
use crate::bug::{self, Bug};
use crate::db::types::Uid;
use crate::error::StoreError;
use crate::runs::Caps;
use crate::sql::{Sql, marks};
use crate::tx::Tx;

/// Organizations that one claim looks at: however many wait, a claim costs the same, and the next
/// one goes on behind them.
const ORGANIZATIONS: i64 = 64;

/// A queued sync that might be taken.
#[derive(Debug, QueryableByName)]
pub(super) struct Candidate {
    #[diesel(sql_type = Uid)]
    pub(super) id: SyncId,
    #[diesel(sql_type = Uid)]
    pub(super) organization_id: OrganizationId,
    #[diesel(sql_type = Uid)]
    pub(super) connection_id: ConnectionId,
    #[diesel(sql_type = Text)]
    pub(super) provider_name: String,
    #[diesel(sql_type = Bool)]
    pub(super) is_asked_for: bool,
}

/// Where a sync comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A caller waits for it.
    Asked,
    /// A schedule made it.
    Scheduled,
}

/// What is looked for.
pub(super) struct Look<'a> {
    pub(super) kind: Kind,
    /// Whose turn it may be still; others follow in the order of their ids.
    pub(super) begins_at: Option<OrganizationId>,
    pub(super) limit: usize,
    /// So many of what is found may be taken already.
    pub(super) taken: usize,
    pub(super) caps: Caps,
    pub(super) running: &'a Running,
}

impl Tx<'_> {
    /// Organizations that wait, each with its oldest syncs: as many as fill `limit` in one round.
    pub(super) fn list_waiting(
        &mut self,
        look: &Look<'_>,
    ) -> Result<Vec<Waiting<OrganizationId, Candidate>>, StoreError> {
        let mut waiting = Vec::new();
        let mut turns = 0;
        let begin = look.begins_at.map_or(Uuid::nil(), |id| id.uuid());
        for (from, to) in [(begin, Uuid::max()), (Uuid::nil(), begin)] {
            if turns >= look.limit || from == to {
                continue;
            }
            for (key, weight) in self.list_organizations_waiting(look.kind, from, to)? {
                let work = if look.running.is_organization_full(key, look.caps) {
                    VecDeque::new()
                } else {
                    VecDeque::from(self.list_queued(key, look)?)
                };
                let weight = u32::try_from(weight).unwrap_or(1);
                // Who was served last may have no turn left.
                if Some(key) != look.begins_at {
                    turns += work.len().min(weight as usize);
                }
                waiting.push(Waiting { key, weight, work });
                if turns >= look.limit {
                    break;
                }
            }
        }
        Ok(waiting)
    }

    fn list_organizations_waiting(
        &mut self,
        kind: Kind,
        from: Uuid,
        to: Uuid,
    ) -> Result<Vec<(OrganizationId, i32)>, StoreError> {
        let is_asked_for = kind == Kind::Asked;
        Sql::new(ORGANIZATIONS_WAITING)
            .flag(is_asked_for)
            .id(from)
            .id(to)
            .flag(is_asked_for)
            .id(to)
            .big(ORGANIZATIONS)
            .rows::<(Uid, Integer)>()
            .load(self)
    }

    /// The oldest of an organization, leaving out what a cap or the provider's quota excludes.
    fn list_queued(
        &mut self,
        organization: OrganizationId,
        look: &Look<'_>,
    ) -> Result<Vec<Candidate>, StoreError> {
        let busy = look.running.full_connections(look.caps);
        let exhausted = look.running.full_providers(look.caps);
        let text = queued_of_organization(busy.len(), exhausted.len());
        let list = if busy.is_empty() && exhausted.is_empty() {
            Sql::new(text)
        } else {
            Sql::once(text)
        };
        let limit = i64::try_from(look.limit + look.taken).unwrap_or(i64::MAX);
        let held_by = if bug::is_on(Bug::ClaimIgnoresQuota) {
            self.now() + LONGEST_WAIT * 2
        } else {
            self.now()
        };
        exhausted
            .iter()
            .fold(
                list.flag(look.kind == Kind::Asked)
                    .id(organization.uuid())
                    .ids(busy),
                |list, provider| list.text((*provider).to_owned()),
            )
            .time(held_by)
            .big(limit)
            .load(self)
    }
}

/// Organizations that have something queued with their weights, found by jumping through the index
/// of what is queued, not by reading it.
const ORGANIZATIONS_WAITING: &str = "WITH RECURSIVE waiting (id) AS ( \
    SELECT * FROM (SELECT organization_id FROM syncs WHERE status = 'queued' \
        AND is_asked_for = ? AND organization_id >= ? AND organization_id < ? \
        ORDER BY organization_id LIMIT 1) first \
    UNION ALL \
    SELECT (SELECT s.organization_id FROM syncs s WHERE s.status = 'queued' \
        AND s.is_asked_for = ? AND s.organization_id > waiting.id AND s.organization_id < ? \
        ORDER BY s.organization_id LIMIT 1) \
    FROM waiting WHERE waiting.id IS NOT NULL) \
    SELECT id, (SELECT o.claim_weight FROM organizations o WHERE o.id = waiting.id) \
    FROM waiting WHERE id IS NOT NULL LIMIT ?";

fn queued_of_organization(busy: usize, exhausted: usize) -> String {
    let without = |column: &str, count: usize| match count {
        0 => String::new(),
        count => format!("AND {column} NOT IN ({})", marks(count)),
    };
    // Asked of each sync in its turn: joined, the connections might be read first, all of them.
    format!(
        "SELECT s.id, s.organization_id, s.connection_id, s.is_asked_for, \
         (SELECT p.provider_name FROM connections p WHERE p.id = s.connection_id) \
         AS provider_name FROM syncs s \
         WHERE s.status = 'queued' AND s.is_asked_for = ? AND s.organization_id = ? {} \
         AND (SELECT NOT c.is_sync_disabled AND c.deleted_at IS NULL {} \
         FROM connections c WHERE c.id = s.connection_id) \
         AND COALESCE((SELECT q.held_until <= ? FROM quotas q \
         WHERE q.connection_id = s.connection_id), TRUE) \
         ORDER BY s.due_at, s.id LIMIT ?",
        without("s.connection_id", busy),
        without("c.provider_name", exhausted),
    )
}
