//! What a worker needs to run a sync.

use diesel::QueryableByName;
use diesel::sql_types::{Bool, Text};
use syncline_domain::Sync;
use syncline_domain::state::{Fingerprint, ModelState};

use super::{Fence, Run};
use crate::db::types::{Json, JsonText};
use crate::error::StoreError;
use crate::sql::Sql;
use crate::syncs::row::{self, SyncRow};
use crate::tx::Tx;

#[derive(QueryableByName)]
struct RunRow {
    #[diesel(embed)]
    whole: SyncRow,
    #[diesel(sql_type = Bool)]
    has_quota: bool,
}

impl Tx<'_> {
    /// Everything that a claimed sync needs.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::Transition`] when the attempt is over.
    pub fn read_run(&mut self, fence: Fence) -> Result<Run, StoreError> {
        let RunRow { whole, has_quota } = Sql::new(format!(
            "SELECT {}, EXISTS (SELECT 1 FROM quotas q WHERE q.connection_id = s.connection_id) \
             AS has_quota FROM syncs s WHERE s.id = ?",
            row::COLUMNS
        ))
        .id(fence.sync_id.uuid())
        .find(self)?
        .ok_or_else(|| missing("sync", fence.sync_id))?;
        let facts = whole.run_facts()?;
        let sync = whole.into_sync()?;
        check_fence(&sync, fence)?;
        let organization_id = sync.organization_id;
        let model = self
            .find_model_alone(organization_id, sync.model_id)?
            .ok_or_else(|| missing("model", sync.model_id))?;
        let connection = self
            .find_connection(organization_id, sync.connection_id)?
            .ok_or_else(|| missing("connection", sync.connection_id))?;
        let secrets = self.read_connection_secrets(organization_id, sync.connection_id)?;
        let states = self.list_states_of_run(&sync)?;
        Ok(Run {
            fence,
            model,
            connection,
            secrets,
            states,
            position: facts.position,
            manifest_hash: facts.manifest_hash,
            is_full_pass: facts.is_full_pass,
            phase: facts.phase,
            has_quota,
            sync,
        })
    }

    /// A full refresh goes on from what it has staged itself, and from nothing else.
    fn list_states_of_run(&mut self, sync: &Sync) -> Result<Vec<ModelState>, StoreError> {
        let (text, id) = if sync.scope.is_full_refresh() {
            (
                "SELECT partition, fingerprint, state FROM staged_states WHERE sync_id = ? \
                 ORDER BY partition",
                sync.id.uuid(),
            )
        } else {
            (
                "SELECT partition, fingerprint, state FROM model_states WHERE model_id = ? \
                 ORDER BY partition",
                sync.model_id.uuid(),
            )
        };
        let rows: Vec<(String, String, JsonText)> = Sql::new(text)
            .id(id)
            .rows::<(Text, Text, Json)>()
            .load(self)?;
        rows.into_iter()
            .map(|(partition, fingerprint, JsonText(state))| {
                Ok(ModelState {
                    partition,
                    fingerprint: Fingerprint::new(fingerprint),
                    state: serde_json::from_str(&state).map_err(|error| {
                        StoreError::Corrupt(format!("a state of {}: {error}", sync.model_id))
                    })?,
                })
            })
            .collect()
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
