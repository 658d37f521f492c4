//! What a worker needs to run a sync.

use std::collections::BTreeMap;

use diesel::QueryableByName;
use diesel::sql_types::{Bool, Text};
use syncline_domain::connection::Connection;
use syncline_domain::model::Model;
use syncline_domain::state::{Fingerprint, ModelState};
use syncline_domain::{ConnectionId, ModelId, Sync, SyncId};
use uuid::Uuid;

use super::{Fence, Run};
use crate::db::types::{Json, JsonText, Uid};
use crate::error::StoreError;
use crate::secrets::{Purpose, StoredDocument};
use crate::sql::{Sql, padded};
use crate::syncs::row::{self, RunFacts, SyncRow};
use crate::together::Answers;
use crate::tx::Tx;

#[derive(QueryableByName)]
struct RunRow {
    #[diesel(embed)]
    whole: SyncRow,
    #[diesel(sql_type = Bool)]
    has_quota: bool,
}

/// What the runs have in common that are read together.
struct Surroundings {
    connections: BTreeMap<ConnectionId, Connection>,
    models: BTreeMap<ModelId, Model>,
    secrets: BTreeMap<ConnectionId, StoredDocument>,
    /// By the model, or by the sync that builds its own.
    states: BTreeMap<Uuid, Vec<ModelState>>,
}

impl Surroundings {
    /// The model, the connection and the secrets of a sync.
    fn of(&self, sync: &Sync) -> Result<(Model, Connection, &StoredDocument), StoreError> {
        let id = sync.connection_id;
        let connection = self.connections.get(&id).cloned();
        let connection = connection.ok_or_else(|| missing("connection", id))?;
        let model = self.models.get(&sync.model_id).cloned();
        let model = model.ok_or_else(|| missing("model", sync.model_id))?;
        let secrets = self.secrets.get(&id);
        Ok((
            model,
            connection,
            secrets.ok_or_else(|| missing("connection", id))?,
        ))
    }
}

impl Tx<'_> {
    /// Everything that a claimed sync needs.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::Transition`] when the attempt is over.
    pub fn read_run(&mut self, fence: Fence) -> Result<Run, StoreError> {
        let mut runs = self.read_runs(&[fence])?;
        let missing = || Err(missing("sync", fence.sync_id));
        runs.pop().unwrap_or_else(missing)
    }

    /// The same for several, by the same statements; in the order of the fences.
    ///
    /// # Errors
    /// Failures of the database alone.
    pub(crate) fn read_runs(&mut self, fences: &[Fence]) -> Result<Answers<Run>, StoreError> {
        let ids = padded(fences.iter().map(|fence| fence.sync_id.uuid()));
        let rows: Vec<RunRow> = Sql::new(format!(
            "SELECT {}, EXISTS (SELECT 1 FROM quotas q WHERE q.connection_id = s.connection_id) \
             AS has_quota FROM syncs s WHERE s.id IN ({})",
            row::COLUMNS,
            ids.marks(),
        ))
        .ids(ids)
        .load(self)?;
        let mut found: BTreeMap<SyncId, (Sync, RunFacts, bool)> = BTreeMap::new();
        for RunRow { whole, has_quota } in rows {
            let facts = whole.run_facts()?;
            let sync = whole.into_sync()?;
            found.insert(sync.id, (sync, facts, has_quota));
        }
        let syncs: Vec<&Sync> = found.values().map(|(sync, ..)| sync).collect();
        let around = self.look_around(&syncs)?;
        let read_at = self.now();
        let runs = fences.iter().map(|fence| {
            // An attempt that is over may ask beside the one that runs.
            let found = found.get(&fence.sync_id).cloned();
            let (sync, facts, has_quota) = found.ok_or_else(|| missing("sync", fence.sync_id))?;
            check_fence(&sync, *fence)?;
            let (model, connection, secrets) = around.of(&sync)?;
            let secrets = self.open_document(secrets, &Purpose::CONFIG)?;
            Ok(Run {
                fence: *fence,
                model,
                connection,
                secrets: secrets.map(|document| document.secrets).unwrap_or_default(),
                states: around
                    .states
                    .get(&owner_of_states(&sync))
                    .cloned()
                    .unwrap_or_default(),
                position: facts.position,
                manifest_hash: facts.manifest_hash,
                is_full_pass: facts.is_full_pass,
                phase: facts.phase,
                has_quota,
                read_at,
                sync,
            })
        });
        Ok(runs.collect())
    }

    fn look_around(&mut self, syncs: &[&Sync]) -> Result<Surroundings, StoreError> {
        let connections = self.find_connections(syncs.iter().map(|sync| sync.connection_id))?;
        Ok(Surroundings {
            models: self.find_models_alone(syncs.iter().map(|sync| sync.model_id), &connections)?,
            secrets: self.find_stored_documents(
                syncs.iter().map(|sync| sync.connection_id),
                &Purpose::CONFIG,
            )?,
            states: self.list_states_of_runs(syncs)?,
            connections,
        })
    }

    fn list_states_of_runs(
        &mut self,
        syncs: &[&Sync],
    ) -> Result<BTreeMap<Uuid, Vec<ModelState>>, StoreError> {
        let (refreshes, plain): (Vec<&Sync>, Vec<&Sync>) =
            syncs.iter().partition(|sync| sync.scope.is_full_refresh());
        let mut states: BTreeMap<Uuid, Vec<ModelState>> = BTreeMap::new();
        for (syncs, table, column) in [
            (plain, "model_states", "model_id"),
            (refreshes, "staged_states", "sync_id"),
        ] {
            if syncs.is_empty() {
                continue;
            }
            let owners = padded(syncs.into_iter().map(owner_of_states));
            let rows: Vec<(Uuid, String, String, JsonText)> = Sql::new(format!(
                "SELECT {column}, partition, fingerprint, state FROM {table} \
                 WHERE {column} IN ({}) ORDER BY partition",
                owners.marks(),
            ))
            .ids(owners)
            .rows::<(Uid, Text, Text, Json)>()
            .load(self)?;
            for (owner, partition, fingerprint, JsonText(state)) in rows {
                states.entry(owner).or_default().push(ModelState {
                    partition,
                    fingerprint: Fingerprint::new(fingerprint),
                    state: serde_json::from_str(&state).map_err(|error| {
                        StoreError::Corrupt(format!("a state of {owner}: {error}"))
                    })?,
                });
            }
        }
        Ok(states)
    }
}

/// A full refresh goes on from what it has staged itself, and from nothing else.
fn owner_of_states(sync: &Sync) -> Uuid {
    if sync.scope.is_full_refresh() {
        sync.id.uuid()
    } else {
        sync.model_id.uuid()
    }
}

/// Refuses a writer whose attempt is over.
pub(super) fn check_fence(sync: &Sync, fence: Fence) -> Result<(), StoreError> {
    debug_assert_eq!(sync.id, fence.sync_id);
    // Landing where it is already changes nothing; what counts is whether it may land at all.
    sync.lifecycle
        .land_page(fence.attempt, sync.lifecycle.parts().spent.furthest)?;
    Ok(())
}

fn missing(what: &'static str, id: impl std::fmt::Display) -> StoreError {
    StoreError::NotFound {
        what,
        id: id.to_string(),
    }
}
