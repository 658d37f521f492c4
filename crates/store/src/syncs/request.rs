//! The main job: a caller asks for syncs.

use std::collections::BTreeMap;

use diesel::sql_types::{Bool, Nullable, Text};
use syncline_domain::attempt::Counters;
use syncline_domain::scope::Scope;
use syncline_domain::{
    BatchId, ConnectionId, ModelId, OrganizationId, Status, Sync, SyncId, Transition,
};

use super::row::{self, SyncRow};
use super::{Batch, BatchMember, SyncRequest};
use crate::bug::{self, Bug};
use crate::db::types::Uid;
use crate::error::StoreError;
use crate::sql::Sql;
use crate::transitions::{Move, statuses};
use crate::tx::Tx;

/// What a request needs to know of a model.
struct Candidate {
    id: ModelId,
    name: String,
    is_readable: bool,
    is_synced: bool,
}

/// Where a sync comes from: a request, or its model's schedule.
pub(crate) struct Asked<'a> {
    pub(crate) organization_id: OrganizationId,
    pub(crate) connection_id: ConnectionId,
    pub(crate) batch_id: Option<BatchId>,
    pub(crate) scope: &'a Scope,
    /// Whether it may be queued, that is, whether the connection is enabled.
    pub(crate) may_run: bool,
}

impl Tx<'_> {
    /// The main job: for each model a sync is made, or the twin that waits is joined and made
    /// due; those whose turn is free are queued at once, unless the connection is disabled.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for the connection, [`StoreError::UnknownModels`].
    pub fn request_syncs(&mut self, request: &SyncRequest) -> Result<Batch, StoreError> {
        let is_disabled = self.share_connection(request.organization_id, request.connection_id)?;
        let models = self.choose_models(request.connection_id, request.models.as_deref())?;
        let ids: Vec<ModelId> = models.iter().map(|model| model.id).collect();
        self.lock_models(&ids)?;
        let batch_id = self.insert_batch(request.organization_id, request.connection_id)?;
        let mut live = self.list_live_by_model(request.connection_id)?;
        let asked = Asked {
            organization_id: request.organization_id,
            connection_id: request.connection_id,
            batch_id: Some(batch_id),
            scope: &request.scope,
            may_run: !is_disabled || bug::is_on(Bug::DisabledIsQueued),
        };
        let mut members = Vec::with_capacity(models.len());
        for model in &models {
            let live = live.remove(&model.id).unwrap_or_default();
            members.push(self.join_or_make(&asked, model.id, model.is_synced, live)?);
        }
        let made = members.iter().filter(|member| !member.is_joined);
        let made: Vec<&Sync> = made.map(|member| &member.sync).collect();
        self.insert_syncs(&made)?;
        self.insert_batch_members(batch_id, &members)?;
        Ok(Batch {
            id: batch_id,
            connection_id: request.connection_id,
            created_at: self.now(),
            cancelled_at: None,
            // Nothing that can be joined has run.
            counters: Counters::default(),
            members,
        })
    }

    /// One model's sync, with the model locked and its live syncs at hand.
    pub(crate) fn join_or_insert(
        &mut self,
        asked: &Asked<'_>,
        model_id: ModelId,
        is_synced: bool,
        live: Vec<SyncRow>,
    ) -> Result<BatchMember, StoreError> {
        let member = self.join_or_make(asked, model_id, is_synced, live)?;
        if !member.is_joined {
            self.insert_syncs(&[&member.sync])?;
        }
        Ok(member)
    }

    /// The same, but a sync that is made is still to be written.
    fn join_or_make(
        &mut self,
        asked: &Asked<'_>,
        model_id: ModelId,
        is_synced: bool,
        live: Vec<SyncRow>,
    ) -> Result<BatchMember, StoreError> {
        let now = self.now();
        let mut is_turn_free = true;
        let mut twin = None;
        for row in live {
            let sync = row.clone().into_sync()?;
            is_turn_free &= !sync.lifecycle.status().holds_turn();
            let may_join = sync.can_be_joined(asked.scope)
                || bug::is_on(Bug::JoinStarted) && sync.scope == *asked.scope;
            if may_join {
                twin = Some((row, sync));
            }
        }
        let may_queue = (is_turn_free || bug::is_on(Bug::TurnTakenTwice)) && asked.may_run;
        if let Some((row, mut sync)) = twin {
            self.make_sync_due(&mut sync)?;
            if asked.batch_id.is_some() {
                self.mark_asked_for(&sync)?;
            }
            if may_queue && sync.lifecycle.status() == Status::Scheduled {
                let row = if sync.modified_at == Some(now) {
                    self.lock_sync(sync.id)?
                } else {
                    row
                };
                let transition = Transition::enqueue(now);
                sync = self.move_sync(
                    row,
                    Move {
                        transition: &transition,
                        fence: None,
                    },
                )?;
            }
            return Ok(BatchMember {
                sync,
                is_joined: true,
            });
        }
        let mut sync = Sync::new(
            SyncId::from_parts(now, self.entropy()),
            asked.organization_id,
            asked.connection_id,
            model_id,
            asked.batch_id,
            asked.scope.clone(),
            !is_synced,
            now,
        );
        if may_queue {
            sync.lifecycle = sync.lifecycle.apply(&Transition::enqueue(now))?;
        }
        Ok(BatchMember {
            sync,
            is_joined: false,
        })
    }

    /// Keeps the connection from being disabled or deleted until the end of this transaction;
    /// tells whether it is disabled.
    pub(super) fn share_connection(
        &mut self,
        organization_id: OrganizationId,
        id: ConnectionId,
    ) -> Result<bool, StoreError> {
        let lock = if self.is_postgres() { "FOR SHARE" } else { "" };
        Sql::new(format!(
            "SELECT is_sync_disabled FROM connections \
             WHERE id = ? AND organization_id = ? AND deleted_at IS NULL {lock}"
        ))
        .id(id.uuid())
        .id(organization_id.uuid())
        .rows::<Bool>()
        .find(self)?
        .ok_or_else(|| StoreError::NotFound {
            what: "connection",
            id: id.to_string(),
        })
    }

    /// Those that were asked for, in the order of their making; all that are wrong are named.
    fn choose_models(
        &mut self,
        connection_id: ConnectionId,
        asked: Option<&[String]>,
    ) -> Result<Vec<Candidate>, StoreError> {
        let all = self.list_candidates(connection_id)?;
        let Some(asked) = asked else {
            return Ok(all.into_iter().filter(|model| model.is_readable).collect());
        };
        let named = |text: &str, model: &Candidate| {
            model.name == text || text.parse::<ModelId>().is_ok_and(|id| id == model.id)
        };
        let unknown: Vec<String> = asked
            .iter()
            .filter(|text| {
                !all.iter()
                    .any(|model| model.is_readable && named(text, model))
            })
            .cloned()
            .collect();
        if !unknown.is_empty() {
            return Err(StoreError::UnknownModels(unknown));
        }
        Ok(all
            .into_iter()
            .filter(|model| model.is_readable && asked.iter().any(|text| named(text, model)))
            .collect())
    }

    fn list_candidates(
        &mut self,
        connection_id: ConnectionId,
    ) -> Result<Vec<Candidate>, StoreError> {
        type Row = (Uid, Text, Bool, Nullable<Text>, Bool);
        let rows: Vec<(ModelId, String, bool, Option<String>, bool)> = Sql::new(
            "SELECT id, name, is_read_enabled, unsupported_reason, is_synced FROM models \
             WHERE connection_id = ? ORDER BY id",
        )
        .id(connection_id.uuid())
        .rows::<Row>()
        .load(self)?;
        Ok(rows
            .into_iter()
            .map(|(id, name, is_enabled, unsupported, is_synced)| Candidate {
                id,
                name,
                is_readable: is_enabled && unsupported.is_none(),
                is_synced,
            })
            .collect())
    }

    /// All that is not final, with the models locked.
    fn list_live_by_model(
        &mut self,
        connection_id: ConnectionId,
    ) -> Result<BTreeMap<ModelId, Vec<SyncRow>>, StoreError> {
        let rows: Vec<SyncRow> = Sql::new(format!(
            "SELECT {} FROM syncs s WHERE s.connection_id = ? AND s.status IN ({})",
            row::COLUMNS,
            statuses::live(),
        ))
        .id(connection_id.uuid())
        .load(self)?;
        let mut live: BTreeMap<ModelId, Vec<SyncRow>> = BTreeMap::new();
        for row in rows {
            live.entry(row.model_id()).or_default().push(row);
        }
        Ok(live)
    }
}
