//! The main job: callers ask for syncs.

use std::collections::BTreeMap;

use syncline_domain::attempt::Counters;
use syncline_domain::{BatchId, ConnectionId, ModelId, Sync};

use super::batch::NewBatch;
use super::candidates::{Candidate, choose, no_connection};
use super::join::Asked;
use super::row::SyncRow;
use super::{Batch, BatchMember, SyncRequest};
use crate::bug::{self, Bug};
use crate::error::StoreError;
use crate::tx::Tx;

/// A request that can be granted.
struct Granted<'r> {
    request: &'r SyncRequest,
    is_disabled: bool,
    models: Vec<Candidate>,
    batch_id: BatchId,
}

impl Tx<'_> {
    /// The main job: for each model a sync is made, or the twin that waits is joined and made
    /// due; those whose turn is free are queued at once, unless the connection is disabled.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for the connection, [`StoreError::UnknownModels`].
    pub fn request_syncs(&mut self, request: &SyncRequest) -> Result<Batch, StoreError> {
        let mut batches = self.request_all(&[request])?;
        batches
            .pop()
            .unwrap_or_else(|| Err(no_connection(request.connection_id)))
    }

    /// Several requests, each of another connection, by the statements of one. What is refused is
    /// refused before anything is written, so that the others stand; the answers come in the order of
    /// the requests.
    ///
    /// # Errors
    /// Failures of the database: then none of them stands.
    pub(crate) fn request_all(
        &mut self,
        requests: &[&SyncRequest],
    ) -> Result<Vec<Result<Batch, StoreError>>, StoreError> {
        let granted = self.grant(requests)?;
        let models = granted.iter().flatten().flat_map(|granted| &granted.models);
        let models: Vec<ModelId> = models.map(|model| model.id).collect();
        self.lock_models(&models)?;
        let connections = granted.iter().flatten();
        let connections = connections.map(|granted| granted.request.connection_id);
        let mut live = self.list_live_by_model(connections)?;
        let mut batches = Vec::with_capacity(granted.len());
        for granted in granted {
            batches.push(match granted {
                Ok(granted) => Ok(self.fill(granted, &mut live)?),
                Err(refused) => Err(refused),
            });
        }
        let made = requests.iter().zip(&batches);
        let new_batches = made.filter_map(|(request, batch)| {
            let batch = batch.as_ref().ok()?;
            Some(NewBatch {
                id: batch.id,
                organization_id: request.organization_id,
                connection_id: batch.connection_id,
            })
        });
        let new_batches: Vec<NewBatch> = new_batches.collect();
        self.insert_batches(&new_batches)?;
        let members = batches.iter().flatten().flat_map(|batch| &batch.members);
        let new_syncs = members.filter(|member| !member.is_joined);
        let new_syncs: Vec<&Sync> = new_syncs.map(|member| &member.sync).collect();
        self.insert_syncs(&new_syncs)?;
        let members = batches.iter().flatten();
        self.insert_members_of_batches(members.map(|batch| (batch.id, &*batch.members)))?;
        Ok(batches)
    }

    /// Shares the connections, and finds the models.
    fn grant<'r>(
        &mut self,
        requests: &[&'r SyncRequest],
    ) -> Result<Vec<Result<Granted<'r>, StoreError>>, StoreError> {
        let owners = requests
            .iter()
            .map(|r| (r.organization_id, r.connection_id));
        let disabled = self.share_connections(&owners.collect::<Vec<_>>())?;
        let mut candidates = self.list_candidates(disabled.keys().copied())?;
        let granted = requests.iter().map(|request| {
            let id = request.connection_id;
            let is_disabled = *disabled.get(&id).ok_or_else(|| no_connection(id))?;
            let all = candidates.remove(&id).unwrap_or_default();
            Ok(Granted {
                request,
                is_disabled,
                models: choose(all, request.models.as_deref())?,
                batch_id: BatchId::from_parts(self.now(), self.entropy()),
            })
        });
        Ok(granted.collect())
    }

    /// The syncs of a request. Those that are made are still to be written, and so is the batch.
    fn fill(
        &mut self,
        granted: Granted<'_>,
        live: &mut BTreeMap<ModelId, Vec<SyncRow>>,
    ) -> Result<Batch, StoreError> {
        let Granted {
            request,
            is_disabled,
            models,
            batch_id,
        } = granted;
        let connection_id: ConnectionId = request.connection_id;
        let asked = Asked {
            organization_id: request.organization_id,
            connection_id,
            batch_id: Some(batch_id),
            scope: &request.scope,
            may_run: !is_disabled || bug::is_on(Bug::DisabledIsQueued),
        };
        let mut members: Vec<BatchMember> = Vec::with_capacity(models.len());
        for model in &models {
            let live = live.remove(&model.id).unwrap_or_default();
            members.push(self.join_or_make(&asked, model.id, model.is_synced, live)?);
        }
        Ok(Batch {
            id: batch_id,
            connection_id,
            created_at: self.now(),
            cancelled_at: None,
            // Nothing that can be joined has run.
            counters: Counters::default(),
            members,
        })
    }
}
