//! How far a model is, for whoever moves it from one engine to another.

use diesel::sql_types::Text;
use syncline_domain::state::{Fingerprint, ModelState};
use syncline_domain::{ModelId, OrganizationId, SyncId};

use crate::db::types::{Id, Json, JsonText, Uid};
use crate::error::StoreError;
use crate::sql::{Sql, json_of};
use crate::transitions::statuses;
use crate::tx::Tx;

/// Rows of one statement.
const ROWS: usize = 64;

impl Tx<'_> {
    /// A model's states, in the order of their partitions.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn list_model_states(
        &mut self,
        organization_id: OrganizationId,
        id: ModelId,
    ) -> Result<Vec<ModelState>, StoreError> {
        self.read_model(organization_id, id)?;
        let rows: Vec<(String, String, JsonText)> = Sql::new(
            "SELECT partition, fingerprint, state FROM model_states WHERE model_id = ? \
             ORDER BY partition",
        )
        .id(id.uuid())
        .rows::<(Text, Text, Json)>()
        .load(self)?;
        rows.into_iter()
            .map(|(partition, fingerprint, JsonText(state))| {
                Ok(ModelState {
                    partition,
                    fingerprint: Fingerprint::new(fingerprint),
                    state: serde_json::from_str(&state).map_err(|error| {
                        StoreError::Corrupt(format!("a state of {id}: {error}"))
                    })?,
                })
            })
            .collect()
    }

    /// Puts other states in the place of a model's. Partitions must differ.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::Conflict`] while a sync holds the model's turn,
    /// for it would write its own over them.
    pub fn replace_model_states(
        &mut self,
        organization_id: OrganizationId,
        id: ModelId,
        states: &[ModelState],
    ) -> Result<(), StoreError> {
        self.lock_model(organization_id, id)?;
        if let Some(holder) = self.find_sync_with_turn(id)? {
            return Err(StoreError::Conflict(format!(
                "the sync {holder} has this model's turn, and moves its state: cancel it, or \
                 wait until it is over"
            )));
        }
        Sql::new("DELETE FROM model_states WHERE model_id = ?")
            .id(id.uuid())
            .run(self)?;
        for chunk in states.chunks(ROWS) {
            let rows = vec!["(?, ?, ?, ?, ?)"; chunk.len()].join(", ");
            let mut insert = Sql::new(format!(
                "INSERT INTO model_states (model_id, partition, fingerprint, state, modified_at) \
                 VALUES {rows}"
            ));
            for state in chunk {
                insert = insert
                    .id(id.uuid())
                    .text(&state.partition)
                    .text(state.fingerprint.as_str())
                    .json(json_of(&state.state)?)
                    .time(self.now());
            }
            insert.run(self)?;
        }
        Ok(())
    }

    fn find_sync_with_turn(&mut self, id: ModelId) -> Result<Option<SyncId>, StoreError> {
        let holder: Option<Id> = Sql::new(format!(
            "SELECT id FROM syncs WHERE model_id = ? AND status IN ({})",
            statuses::turn_holders()
        ))
        .id(id.uuid())
        .rows::<Uid>()
        .find(self)?;
        Ok(holder.map(|Id(holder)| SyncId::from_uuid(holder)))
    }
}
