//! A worker takes syncs, fairly over organizations and within the caps.

use std::collections::{HashMap, HashSet};

use chrono::Duration;
use diesel::QueryableByName;
use diesel::connection::SimpleConnection;
use diesel::sql_types::Text;
use rand::Rng;
use syncline_domain::{ConnectionId, OrganizationId, SyncId};
use uuid::Uuid;

use super::{Caps, Fence};
use crate::db::types::Uid;
use crate::error::StoreError;
use crate::sql::Sql;
use crate::tx::Tx;

/// Organizations that one claim looks at, beginning with a random one: however many wait, a claim
/// costs the same, and each is looked at in the end.
const ORGANIZATIONS: i64 = 64;

/// A queued sync that might be taken.
#[derive(Debug, QueryableByName)]
struct Candidate {
    #[diesel(sql_type = Uid)]
    id: SyncId,
    #[diesel(sql_type = Uid)]
    organization_id: OrganizationId,
    #[diesel(sql_type = Uid)]
    connection_id: ConnectionId,
    #[diesel(sql_type = Text)]
    provider_name: String,
}

/// How many run already, by whatever a cap is for.
#[derive(Default)]
struct Running {
    organizations: HashMap<OrganizationId, i64>,
    connections: HashMap<ConnectionId, i64>,
    providers: HashMap<String, i64>,
}

impl Tx<'_> {
    /// Gives a worker at most `limit` queued syncs, fairly over organizations and within `caps`:
    /// applies `start`, opens their attempts, takes their leases.
    ///
    /// # Errors
    /// Failures of the database alone.
    pub fn claim_syncs(
        &mut self,
        worker: &str,
        limit: i64,
        lease: Duration,
        caps: Caps,
    ) -> Result<Vec<Fence>, StoreError> {
        let Some(limit) = usize::try_from(limit).ok().filter(|limit| *limit > 0) else {
            return Ok(Vec::new());
        };
        let mut running = self.count_running(caps)?;
        let first = self.random_organization();
        let mut chosen = Vec::new();
        for (from, to) in [(first, Uuid::max()), (Uuid::nil(), first)] {
            if chosen.len() < limit {
                let candidates =
                    self.list_candidates_of_organizations(from, to, limit, caps, &running)?;
                choose(&mut chosen, candidates, limit, caps, &mut running);
            }
        }
        self.start_syncs(&chosen, worker, lease)
    }

    /// With caps, claims of several processes go one after the other, so that none of them counts
    /// too few.
    fn count_running(&mut self, caps: Caps) -> Result<Running, StoreError> {
        let mut running = Running::default();
        if caps
            .per_organization
            .or(caps.per_connection)
            .or(caps.per_provider)
            .is_none()
        {
            return Ok(running);
        }
        if self.is_postgres() {
            self.conn()
                .batch_execute("SELECT pg_advisory_xact_lock(7310590438601)")?;
        }
        // Counted here and not by GROUP BY, which tempts SQLite to read an index of all syncs.
        let rows: Vec<(OrganizationId, ConnectionId, String)> = Sql::new(
            "SELECT s.organization_id, s.connection_id, c.provider_name FROM syncs s \
             JOIN connections c ON c.id = s.connection_id WHERE s.status = 'running'",
        )
        .rows::<(Uid, Uid, Text)>()
        .load(self)?;
        for (organization, connection, provider) in rows {
            *running.organizations.entry(organization).or_default() += 1;
            *running.connections.entry(connection).or_default() += 1;
            *running.providers.entry(provider).or_default() += 1;
        }
        Ok(running)
    }

    /// The oldest queued syncs of some organizations, leaving out what a cap excludes.
    fn list_candidates_of_organizations(
        &mut self,
        from: Uuid,
        to: Uuid,
        limit: usize,
        caps: Caps,
        running: &Running,
    ) -> Result<Vec<Candidate>, StoreError> {
        let organizations: Vec<OrganizationId> = Sql::new(ORGANIZATIONS_WAITING)
            .id(from)
            .id(to)
            .id(to)
            .big(ORGANIZATIONS)
            .rows::<Uid>()
            .load(self)?;
        let busy: Vec<Uuid> = running
            .connections
            .iter()
            .filter(|(_, count)| is_full(Some(count), caps.per_connection))
            .map(|(id, _)| id.uuid())
            .collect();
        let exhausted: Vec<&str> = running
            .providers
            .iter()
            .filter(|(_, count)| is_full(Some(count), caps.per_provider))
            .map(|(name, _)| name.as_str())
            .collect();
        let mut candidates = Vec::new();
        let mut found = 0;
        for organization in organizations {
            if is_full(
                running.organizations.get(&organization),
                caps.per_organization,
            ) {
                continue;
            }
            let queued = self.list_queued(organization, &busy, &exhausted, limit)?;
            found += usize::from(!queued.is_empty());
            candidates.extend(queued);
            // One of each is enough, and no organization gets a second one then.
            if found == limit {
                break;
            }
        }
        Ok(candidates)
    }

    fn list_queued(
        &mut self,
        organization: OrganizationId,
        busy: &[Uuid],
        exhausted: &[&str],
        limit: usize,
    ) -> Result<Vec<Candidate>, StoreError> {
        let text = queued_of_organization(busy.len(), exhausted.len());
        let list = if busy.is_empty() && exhausted.is_empty() {
            Sql::new(text)
        } else {
            Sql::once(text)
        };
        exhausted
            .iter()
            .fold(
                list.id(organization.uuid()).ids(busy.iter().copied()),
                |list, provider| list.text((*provider).to_owned()),
            )
            .big(i64::try_from(limit).unwrap_or(i64::MAX))
            .load(self)
    }

    fn random_organization(&mut self) -> Uuid {
        let mut bytes = [0; 16];
        rand::rng().fill_bytes(&mut bytes);
        Uuid::from_bytes(bytes)
    }
}

/// Organizations that have something queued, found by jumping through the index of what is
/// queued, not by reading it.
pub(crate) const ORGANIZATIONS_WAITING: &str = "WITH RECURSIVE waiting (id) AS ( \
    SELECT * FROM (SELECT organization_id FROM syncs WHERE status = 'queued' \
        AND organization_id >= ? AND organization_id < ? ORDER BY organization_id LIMIT 1) first \
    UNION ALL \
    SELECT (SELECT s.organization_id FROM syncs s WHERE s.status = 'queued' \
        AND s.organization_id > waiting.id AND s.organization_id < ? \
        ORDER BY s.organization_id LIMIT 1) \
    FROM waiting WHERE waiting.id IS NOT NULL) \
    SELECT id FROM waiting WHERE id IS NOT NULL LIMIT ?";

pub(crate) fn queued_of_organization(busy: usize, exhausted: usize) -> String {
    let without = |column: &str, count: usize| match count {
        0 => String::new(),
        count => format!("AND {column} NOT IN ({})", crate::sql::marks(count)),
    };
    // Asked of each sync in its turn: joined, the connections might be read first, all of them.
    format!(
        "SELECT s.id, s.organization_id, s.connection_id, (SELECT p.provider_name \
         FROM connections p WHERE p.id = s.connection_id) AS provider_name FROM syncs s \
         WHERE s.status = 'queued' AND s.organization_id = ? {} \
         AND (SELECT NOT c.is_sync_disabled AND c.deleted_at IS NULL {} \
         FROM connections c WHERE c.id = s.connection_id) \
         ORDER BY s.due_at, s.id LIMIT ?",
        without("s.connection_id", busy),
        without("c.provider_name", exhausted),
    )
}

/// One of each organization, then a second of each, and so on.
fn choose(
    chosen: &mut Vec<Uuid>,
    candidates: Vec<Candidate>,
    limit: usize,
    caps: Caps,
    running: &mut Running,
) {
    let mut taken: HashSet<Uuid> = chosen.iter().copied().collect();
    let mut ranks: HashMap<OrganizationId, usize> = HashMap::new();
    let mut ranked: Vec<(usize, Candidate)> = candidates
        .into_iter()
        .map(|candidate| {
            let rank = ranks.entry(candidate.organization_id).or_default();
            *rank += 1;
            (*rank, candidate)
        })
        .collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    for (_, candidate) in ranked {
        let Candidate {
            id,
            organization_id,
            connection_id,
            provider_name,
        } = candidate;
        let organization = running.organizations.entry(organization_id).or_default();
        let connection = running.connections.entry(connection_id).or_default();
        let provider = running.providers.entry(provider_name).or_default();
        let is_free = !is_full(Some(organization), caps.per_organization)
            && !is_full(Some(connection), caps.per_connection)
            && !is_full(Some(provider), caps.per_provider);
        if is_free && chosen.len() < limit && taken.insert(id.uuid()) {
            *organization += 1;
            *connection += 1;
            *provider += 1;
            chosen.push(id.uuid());
        }
    }
}

fn is_full(count: Option<&i64>, cap: Option<i64>) -> bool {
    cap.is_some_and(|cap| count.copied().unwrap_or(0) >= cap)
}
