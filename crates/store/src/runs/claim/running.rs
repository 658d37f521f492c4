//! How many run already, by whatever a cap is for.

use std::collections::HashMap;

use diesel::connection::SimpleConnection;
use diesel::sql_types::Text;
use syncline_domain::{ConnectionId, OrganizationId};
use uuid::Uuid;

use super::candidates::Candidate;
use crate::db::types::Uid;
use crate::error::StoreError;
use crate::runs::Caps;
use crate::sql::Sql;
use crate::tx::Tx;

/// What runs. Empty where nothing is capped.
#[derive(Default)]
pub(super) struct Running {
    organizations: HashMap<OrganizationId, i64>,
    connections: HashMap<ConnectionId, i64>,
    providers: HashMap<String, i64>,
}

impl Running {
    /// Whether no cap excludes it.
    pub(super) fn admits(&self, candidate: &Candidate, caps: Caps) -> bool {
        !self.is_organization_full(candidate.organization_id, caps)
            && !is_full(
                self.connections.get(&candidate.connection_id),
                caps.per_connection,
            )
            && !is_full(
                self.providers.get(&candidate.provider_name),
                caps.per_provider,
            )
    }

    /// One more runs, or one less.
    pub(super) fn count(&mut self, candidate: &Candidate, by: i64) {
        let Candidate {
            id: _,
            organization_id,
            connection_id,
            provider_name,
            is_asked_for: _,
            due_at: _,
        } = candidate;
        *self.organizations.entry(*organization_id).or_default() += by;
        *self.connections.entry(*connection_id).or_default() += by;
        *self.providers.entry(provider_name.clone()).or_default() += by;
    }

    pub(super) fn is_organization_full(&self, id: OrganizationId, caps: Caps) -> bool {
        is_full(self.organizations.get(&id), caps.per_organization)
    }

    /// Connections that may run no more.
    pub(super) fn full_connections(&self, caps: Caps) -> Vec<Uuid> {
        let full = self
            .connections
            .iter()
            .filter(|(_, count)| is_full(Some(count), caps.per_connection));
        full.map(|(id, _)| id.uuid()).collect()
    }

    /// Providers that may run no more.
    pub(super) fn full_providers(&self, caps: Caps) -> Vec<&str> {
        let full = self
            .providers
            .iter()
            .filter(|(_, count)| is_full(Some(count), caps.per_provider));
        full.map(|(name, _)| name.as_str()).collect()
    }
}

impl Tx<'_> {
    /// With caps, claims of several processes go one after the other, so that none of them counts
    /// too few.
    pub(super) fn count_running(&mut self, caps: Caps) -> Result<Running, StoreError> {
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
}

fn is_full(count: Option<&i64>, cap: Option<i64>) -> bool {
    cap.is_some_and(|cap| count.copied().unwrap_or(0) >= cap)
}
