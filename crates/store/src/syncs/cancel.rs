//! A caller stops a sync; a connection goes, and its syncs with it.

use syncline_domain::{
    ConnectionId, ModelId, OrganizationId, Status, Sync, SyncId, Transition, TransitionKind,
};

use super::row::{self, SyncRow};
use crate::error::StoreError;
use crate::sql::Sql;
use crate::transitions::{Move, statuses};
use crate::tx::Tx;

impl Tx<'_> {
    /// Stops it. A cancelled one stays as it is.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::Transition`] when it is complete or failed.
    pub fn cancel_sync(
        &mut self,
        organization_id: OrganizationId,
        id: SyncId,
    ) -> Result<Sync, StoreError> {
        let row = self.lock_sync_of_organization(organization_id, id)?;
        let sync = row.clone().into_sync()?;
        if sync.lifecycle.status() == Status::Cancelled {
            return Ok(sync);
        }
        let transition = Transition::cancel(self.now());
        self.move_sync(
            row,
            Move {
                transition: &transition,
                fence: None,
            },
        )
    }

    /// Cancels all that is not final of a connection that is being deleted.
    pub(crate) fn cancel_syncs_of_connection(
        &mut self,
        id: ConnectionId,
    ) -> Result<usize, StoreError> {
        let now = self.now();
        self.move_syncs_of_connection(id, TransitionKind::Cancel, &Transition::cancel(now))
    }

    /// Holds what is queued of a connection that is being disabled.
    pub(crate) fn hold_queued_of_connection(
        &mut self,
        id: ConnectionId,
    ) -> Result<usize, StoreError> {
        let now = self.now();
        self.move_syncs_of_connection(id, TransitionKind::Hold, &Transition::hold(now))
    }

    /// Those that wait for a turn go first: a turn that a later one frees must find nobody.
    fn move_syncs_of_connection(
        &mut self,
        id: ConnectionId,
        kind: TransitionKind,
        transition: &Transition,
    ) -> Result<usize, StoreError> {
        let list = Sql::new(format!(
            "SELECT {} FROM syncs s WHERE s.connection_id = ? AND s.status IN ({live}) \
             AND s.status IN ({})",
            row::COLUMNS,
            statuses::sources(kind),
            live = statuses::live(),
        ));
        let mut syncs = list
            .id(id.uuid())
            .load::<SyncRow>(self)?
            .into_iter()
            .map(SyncRow::into_sync)
            .collect::<Result<Vec<Sync>, StoreError>>()?;
        syncs.sort_by_key(|sync| (sync.lifecycle.status().holds_turn(), sync.model_id, sync.id));
        let models: Vec<ModelId> = syncs.iter().map(|sync| sync.model_id).collect();
        self.lock_models(&models)?;
        let mut moved = 0;
        for sync in syncs {
            let row = self.lock_sync(sync.id)?;
            let status = row.clone().into_sync()?.lifecycle.status();
            if kind.target(status).is_some() {
                self.move_sync(
                    row,
                    Move {
                        transition,
                        fence: None,
                    },
                )?;
                moved += 1;
            }
        }
        Ok(moved)
    }
}
