//! Who waits, found by walking the index of what is queued.

use std::collections::VecDeque;

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Bool, Integer, Text};
use syncline_domain::fairness::Waiting;
use syncline_domain::quota::LONGEST_WAIT;
use syncline_domain::{ConnectionId, OrganizationId, SyncId};
use uuid::Uuid;

use super::running::Running;
use crate::bug::{self, Bug};
use crate::db::types::{Instant, Uid};
use crate::error::StoreError;
use crate::runs::Caps;
use crate::sql::{Sql, marks};
use crate::tx::Tx;

/// Organizations that one claim looks at on either side of the one that was served last: however many
/// wait, a claim costs the same, and the next one goes on behind them.
const ORGANIZATIONS: usize = 64;

/// Organizations that one question asks about.
const AT_ONCE: usize = 16;

/// A queued sync that might be taken.
#[derive(Debug, QueryableByName)]
pub(super) struct Candidate {
    #[diesel(sql_type = Uid)]
    pub(super) id: SyncId,
    #[diesel(sql_type = Uid)]
    pub(super) organization_id: OrganizationId,
    #[diesel(sql_type = Uid)]
    pub(super) connection_id: ConnectionId,
    #[diesel(sql_type = Instant)]
    pub(super) due_at: DateTime<Utc>,
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

/// An organization that waits, with its oldest syncs once they are known.
type Line = Waiting<OrganizationId, Candidate>;

impl Look<'_> {
    /// Whether an organization may have a turn at all.
    fn may_serve(&self, waiter: &Line) -> bool {
        !self.running.is_organization_full(waiter.key, self.caps)
    }

    /// What an organization with so many syncs counts for in one round. Who was served last may have
    /// no turn left.
    fn turns_of(&self, waiter: &Line, count: usize) -> usize {
        if Some(waiter.key) == self.begins_at || !self.may_serve(waiter) {
            return 0;
        }
        count.min(waiter.weight.max(1) as usize)
    }
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
        for (mut from, to) in [(begin, Uuid::max()), (Uuid::nil(), begin)] {
            let mut looked = 0;
            // Each has a turn, but for the one that was served last.
            while turns < look.limit && from < to && looked < ORGANIZATIONS {
                let wanted = (look.limit - turns + 1).min(AT_ONCE);
                let line = self.list_organizations_waiting(look, (from, to), wanted)?;
                from = match line.last() {
                    Some(last) if line.len() == wanted => after(last.key),
                    Some(_) | None => to,
                };
                looked += line.len();
                for waiter in self.list_queued(line, look)? {
                    turns += look.turns_of(&waiter, waiter.work.len());
                    waiting.push(waiter);
                }
            }
        }
        Ok(waiting)
    }

    fn list_organizations_waiting(
        &mut self,
        look: &Look<'_>,
        (from, to): (Uuid, Uuid),
        count: usize,
    ) -> Result<Vec<Line>, StoreError> {
        let is_asked_for = look.kind == Kind::Asked;
        let rows: Vec<(OrganizationId, i32)> = Sql::new(ORGANIZATIONS_WAITING)
            .flag(is_asked_for)
            .id(from)
            .id(to)
            .flag(is_asked_for)
            .id(to)
            .big(i64::try_from(count).unwrap_or(i64::MAX))
            .rows::<(Uid, Integer)>()
            .load(self)?;
        let line = rows.into_iter().map(|(key, weight)| Waiting {
            key,
            weight: u32::try_from(weight).unwrap_or(1),
            work: VecDeque::new(),
        });
        Ok(line.collect())
    }

    /// The oldest of organizations, leaving out what a cap or the provider's quota excludes: as many
    /// of each as it may have turns. All of them in one question.
    fn list_queued(
        &mut self,
        mut line: Vec<Line>,
        look: &Look<'_>,
    ) -> Result<Vec<Line>, StoreError> {
        let busy = look.running.full_connections(look.caps);
        let exhausted = look.running.full_providers(look.caps);
        let asked: Vec<&Line> = line
            .iter()
            .filter(|waiter| look.may_serve(waiter))
            .collect();
        if asked.is_empty() {
            return Ok(line);
        }
        // All have as many turns as they can use when they fill the claim in one round.
        let turns: usize = asked
            .iter()
            .map(|waiter| look.turns_of(waiter, usize::MAX))
            .sum();
        let each = |waiter: &Line| match turns >= look.limit {
            true => waiter.weight.max(1) as usize,
            false => look.limit,
        };
        let one = queued_of_organization(busy.len(), exhausted.len());
        let arms = vec![format!("SELECT * FROM ({one}) q"); asked.len().next_power_of_two()];
        let text = arms.join(" UNION ALL ");
        let mut question = if busy.is_empty() && exhausted.is_empty() {
            Sql::new(text)
        } else {
            Sql::once(text)
        };
        let held_by = if bug::is_on(Bug::ClaimIgnoresQuota) {
            self.now() + LONGEST_WAIT * 2
        } else {
            self.now()
        };
        for arm in 0..arms.len() {
            // Arms beyond the last ask for what nobody owns.
            let (key, count) = match asked.get(arm) {
                Some(waiter) => (waiter.key.uuid(), each(waiter) + look.taken),
                None => (Uuid::nil(), 0),
            };
            let asked_for = look.kind == Kind::Asked;
            question = question.flag(asked_for).id(key).ids(busy.iter().copied());
            for provider in &exhausted {
                question = question.text((*provider).to_owned());
            }
            let limit = i64::try_from(count).unwrap_or(i64::MAX);
            question = question.time(held_by).big(limit);
        }
        let mut found: Vec<Candidate> = question.load(self)?;
        found.sort_by_key(|candidate| (candidate.due_at, candidate.id));
        for candidate in found {
            let owner = candidate.organization_id;
            if let Some(waiter) = line.iter_mut().find(|waiter| waiter.key == owner) {
                waiter.work.push_back(candidate);
            }
        }
        Ok(line)
    }
}

/// The id behind an organization's.
fn after(key: OrganizationId) -> Uuid {
    Uuid::from_u128(key.uuid().as_u128().saturating_add(1))
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
        "SELECT s.id, s.organization_id, s.connection_id, s.is_asked_for, s.due_at, \
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
