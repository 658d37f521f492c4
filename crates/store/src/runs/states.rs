//! States of windows that have closed.

use syncline_domain::scope::Scope;
use syncline_domain::state::{Fingerprint, ModelState};
use syncline_domain::{ModelId, SyncId};

use crate::bug::{self, Bug};
use crate::error::StoreError;
use crate::sql::{Sql, json_of};
use crate::tx::Tx;

impl Tx<'_> {
    /// In the transaction of the page that closes their windows. A plain sync moves the model's
    /// states; a full refresh builds its own, for its end; one that was narrowed to a range, an
    /// entity or a file leaves them alone. `begun` is the fingerprint that the sync began with.
    pub(super) fn keep_states(
        &mut self,
        sync_id: SyncId,
        model_id: ModelId,
        scope: &Scope,
        begun: Option<&Fingerprint>,
        states: &[ModelState],
    ) -> Result<(), StoreError> {
        if !scope.is_unbounded() && !bug::is_on(Bug::PartMovesState) {
            return Ok(());
        }
        if scope.is_full_refresh() && !bug::is_on(Bug::RefreshMovesState) {
            return self.stage_states(sync_id, begun, states);
        }
        for state in states {
            Sql::new(
                "INSERT INTO model_states (model_id, partition, fingerprint, state, modified_at) \
                 VALUES (?, ?, ?, ?, ?) ON CONFLICT (model_id, partition) DO UPDATE SET \
                 fingerprint = excluded.fingerprint, state = excluded.state, \
                 modified_at = excluded.modified_at",
            )
            .id(model_id.uuid())
            .text(&state.partition)
            .text(belongs_to(state, begun).as_str())
            .json(json_of(&state.state)?)
            .time(self.now())
            .run(self)?;
        }
        Ok(())
    }

    /// Keeps states until the sync is complete.
    pub(super) fn stage_states(
        &mut self,
        sync_id: SyncId,
        begun: Option<&Fingerprint>,
        states: &[ModelState],
    ) -> Result<(), StoreError> {
        for state in states {
            Sql::new(
                "INSERT INTO staged_states (sync_id, partition, fingerprint, state) \
                 VALUES (?, ?, ?, ?) ON CONFLICT (sync_id, partition) DO UPDATE SET \
                 fingerprint = excluded.fingerprint, state = excluded.state",
            )
            .id(sync_id.uuid())
            .text(&state.partition)
            .text(belongs_to(state, begun).as_str())
            .json(json_of(&state.state)?)
            .run(self)?;
        }
        Ok(())
    }

    /// Keeps with the state of all partitions that theirs are to go.
    pub(super) fn stage_drop_of_partitions(&mut self, sync_id: SyncId) -> Result<(), StoreError> {
        Sql::new(
            "UPDATE staged_states SET drops_partitions = ? WHERE sync_id = ? AND partition = ''",
        )
        .flag(true)
        .id(sync_id.uuid())
        .run(self)?;
        Ok(())
    }

    /// Rows that are not to outlive the sync: those of partitions, where one state stands for all
    /// of them now, and those that belong to an earlier manifest or configuration.
    fn delete_outdated_states(
        &mut self,
        sync_id: SyncId,
        model_id: ModelId,
    ) -> Result<(), StoreError> {
        Sql::new(
            "DELETE FROM staged_states WHERE sync_id = ? AND partition LIKE '{%' AND EXISTS \
             (SELECT 1 FROM staged_states t WHERE t.sync_id = ? AND t.drops_partitions)",
        )
        .id(sync_id.uuid())
        .id(sync_id.uuid())
        .run(self)?;
        Sql::new(
            "DELETE FROM model_states WHERE model_id = ? AND (partition LIKE '{%' AND EXISTS \
             (SELECT 1 FROM staged_states t WHERE t.sync_id = ? AND t.drops_partitions) \
             OR EXISTS (SELECT 1 FROM staged_states t WHERE t.sync_id = ?) AND fingerprint NOT IN \
             (SELECT t.fingerprint FROM staged_states t WHERE t.sync_id = ?))",
        )
        .id(model_id.uuid())
        .id(sync_id.uuid())
        .id(sync_id.uuid())
        .id(sync_id.uuid())
        .run(self)?;
        Ok(())
    }

    /// At the end, with the model locked: what was staged becomes the model's. A full refresh
    /// replaces all that was there.
    pub(super) fn swap_states_in(
        &mut self,
        sync_id: SyncId,
        model_id: ModelId,
        scope: &Scope,
    ) -> Result<(), StoreError> {
        if !scope.is_unbounded() {
            return Ok(());
        }
        if scope.is_full_refresh() {
            Sql::new("DELETE FROM model_states WHERE model_id = ?")
                .id(model_id.uuid())
                .run(self)?;
        }
        self.delete_outdated_states(sync_id, model_id)?;
        // SQLite cannot tell the ON of an upsert from that of a join without a WHERE.
        Sql::new(
            "INSERT INTO model_states (model_id, partition, fingerprint, state, modified_at) \
             SELECT ?, t.partition, t.fingerprint, t.state, ? FROM staged_states t \
             WHERE t.sync_id = ? ON CONFLICT (model_id, partition) DO UPDATE SET \
             fingerprint = excluded.fingerprint, state = excluded.state, \
             modified_at = excluded.modified_at",
        )
        .id(model_id.uuid())
        .time(self.now())
        .id(sync_id.uuid())
        .run(self)?;
        Ok(())
    }
}

fn belongs_to(state: &ModelState, begun: Option<&Fingerprint>) -> Fingerprint {
    match begun {
        Some(begun) => state.fingerprint.since(begun),
        None => state.fingerprint.clone(),
    }
}
