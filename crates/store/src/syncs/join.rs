//! A model gets the sync that was asked for: the twin that waits is joined, or one is made.

use syncline_domain::scope::Scope;
use syncline_domain::{
    BatchId, ConnectionId, ModelId, OrganizationId, Status, Sync, SyncId, Transition,
};

use super::BatchMember;
use super::row::SyncRow;
use crate::bug::{self, Bug};
use crate::error::StoreError;
use crate::transitions::Move;
use crate::tx::Tx;

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
    pub(super) fn join_or_make(
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
}
