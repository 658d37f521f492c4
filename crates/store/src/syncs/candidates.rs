//! What a request needs to know: of the connection, of its models, and of what is under way.
//!
//! For several connections as for one, so that requests that come together share the statements.

use std::collections::BTreeMap;

use diesel::sql_types::{Bool, Nullable, Text};
use syncline_domain::{ConnectionId, ModelId, OrganizationId};

use super::row::{self, SyncRow};
use crate::db::types::Uid;
use crate::error::StoreError;
use crate::sql::{Sql, padded};
use crate::transitions::statuses;
use crate::tx::Tx;

/// A model that a request may name.
pub(super) struct Candidate {
    pub(super) id: ModelId,
    name: String,
    is_readable: bool,
    pub(super) is_synced: bool,
}

impl Candidate {
    fn is_named(&self, text: &str) -> bool {
        self.name == text || text.parse::<ModelId>().is_ok_and(|id| id == self.id)
    }
}

/// Those of a connection's models that were asked for, in the order of their making; all that are
/// wrong are named.
pub(super) fn choose(
    all: Vec<Candidate>,
    asked: Option<&[String]>,
) -> Result<Vec<Candidate>, StoreError> {
    let readable = all.into_iter().filter(|model| model.is_readable);
    let Some(asked) = asked else {
        return Ok(readable.collect());
    };
    let readable: Vec<Candidate> = readable.collect();
    let is_unknown = |text: &&String| !readable.iter().any(|model| model.is_named(text));
    let unknown: Vec<String> = asked.iter().filter(is_unknown).cloned().collect();
    if !unknown.is_empty() {
        return Err(StoreError::UnknownModels(unknown));
    }
    let is_asked = |model: &Candidate| asked.iter().any(|text| model.is_named(text));
    Ok(readable.into_iter().filter(is_asked).collect())
}

impl Tx<'_> {
    /// Keeps connections from being disabled or deleted until the end of this transaction; tells
    /// of each that is there, and its organization's, whether it is disabled.
    pub(super) fn share_connections(
        &mut self,
        owners: &[(OrganizationId, ConnectionId)],
    ) -> Result<BTreeMap<ConnectionId, bool>, StoreError> {
        let lock = if self.is_postgres() { "FOR SHARE" } else { "" };
        let ids = padded(owners.iter().map(|(_, id)| id.uuid()));
        let rows: Vec<(OrganizationId, ConnectionId, bool)> = Sql::new(format!(
            "SELECT organization_id, id, is_sync_disabled FROM connections \
             WHERE id IN ({}) AND deleted_at IS NULL ORDER BY id {lock}",
            ids.marks(),
        ))
        .ids(ids)
        .rows::<(Uid, Uid, Bool)>()
        .load(self)?;
        let owned = rows
            .into_iter()
            .filter(|(organization, id, _)| owners.contains(&(*organization, *id)));
        Ok(owned
            .map(|(_, id, is_disabled)| (id, is_disabled))
            .collect())
    }

    /// One connection, as above; tells whether it is disabled.
    pub(super) fn share_connection(
        &mut self,
        organization_id: OrganizationId,
        id: ConnectionId,
    ) -> Result<bool, StoreError> {
        let shared = self.share_connections(&[(organization_id, id)])?;
        shared.get(&id).copied().ok_or_else(|| no_connection(id))
    }

    /// The models of connections, in the order of their making.
    pub(super) fn list_candidates(
        &mut self,
        connections: impl IntoIterator<Item = ConnectionId>,
    ) -> Result<BTreeMap<ConnectionId, Vec<Candidate>>, StoreError> {
        type Row = (Uid, Uid, Text, Bool, Nullable<Text>, Bool);
        type Found = (ConnectionId, ModelId, String, bool, Option<String>, bool);
        let ids = padded(connections.into_iter().map(|id| id.uuid()));
        let rows: Vec<Found> = Sql::new(format!(
            "SELECT connection_id, id, name, is_read_enabled, unsupported_reason, is_synced \
             FROM models WHERE connection_id IN ({}) ORDER BY id",
            ids.marks(),
        ))
        .ids(ids)
        .rows::<Row>()
        .load(self)?;
        let mut models: BTreeMap<ConnectionId, Vec<Candidate>> = BTreeMap::new();
        for (connection_id, id, name, is_enabled, unsupported, is_synced) in rows {
            models.entry(connection_id).or_default().push(Candidate {
                id,
                name,
                is_readable: is_enabled && unsupported.is_none(),
                is_synced,
            });
        }
        Ok(models)
    }

    /// All syncs of connections that are not final, with the models locked.
    pub(super) fn list_live_by_model(
        &mut self,
        connections: impl IntoIterator<Item = ConnectionId>,
    ) -> Result<BTreeMap<ModelId, Vec<SyncRow>>, StoreError> {
        let ids = padded(connections.into_iter().map(|id| id.uuid()));
        let rows: Vec<SyncRow> = Sql::new(format!(
            "SELECT {} FROM syncs s WHERE s.connection_id IN ({}) AND s.status IN ({})",
            row::COLUMNS,
            ids.marks(),
            statuses::live(),
        ))
        .ids(ids)
        .load(self)?;
        let mut live: BTreeMap<ModelId, Vec<SyncRow>> = BTreeMap::new();
        for row in rows {
            live.entry(row.model_id()).or_default().push(row);
        }
        Ok(live)
    }
}

pub(super) fn no_connection(id: ConnectionId) -> StoreError {
    StoreError::NotFound {
        what: "connection",
        id: id.to_string(),
    }
}
