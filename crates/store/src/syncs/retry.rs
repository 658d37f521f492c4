//! A caller wants a sync tried again.

use diesel::sql_types::Bool;
use syncline_domain::{BatchId, ModelId, OrganizationId, Status, Sync, SyncId};

use super::join::Asked;
use super::row::{self, SyncRow};
use crate::error::StoreError;
use crate::sql::Sql;
use crate::transitions::statuses;
use crate::tx::Tx;

impl Tx<'_> {
    /// A failed or cancelled one: a new sync of the same scope (or its waiting twin), in a batch
    /// of its own. A `pending_retry`: due now, whatever is known of the account's quota; the provider
    /// is asked anew.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::Conflict`] in other statuses.
    pub fn retry_sync(
        &mut self,
        organization_id: OrganizationId,
        id: SyncId,
    ) -> Result<(Sync, Option<BatchId>), StoreError> {
        let Some(sync) = self.find_sync(organization_id, id)? else {
            return Err(StoreError::NotFound {
                what: "sync",
                id: id.to_string(),
            });
        };
        // The connection is locked before the model, as everywhere.
        let is_disabled = self.share_connection(organization_id, sync.connection_id)?;
        let mut sync = self.lock_model_and_sync(id)?.into_sync()?;
        match sync.lifecycle.status() {
            Status::PendingRetry => {
                self.make_sync_due(&mut sync)?;
                self.mark_asked_for(&sync)?;
                self.delete_bucket(sync.connection_id)?;
                Ok((sync, None))
            }
            Status::Failed | Status::Cancelled => self.request_again(&sync, !is_disabled),
            status @ (Status::Scheduled | Status::Queued | Status::Running | Status::Complete) => {
                Err(StoreError::Conflict(format!(
                    "a sync that is {status} cannot be retried: only a failed, a cancelled or a \
                     pending_retry one can"
                )))
            }
        }
    }

    fn request_again(
        &mut self,
        old: &Sync,
        may_run: bool,
    ) -> Result<(Sync, Option<BatchId>), StoreError> {
        let live = self.list_live_of_model(old.model_id)?;
        let is_synced = self.is_model_synced(old.model_id)?;
        let batch_id = self.insert_batch(old.organization_id, old.connection_id)?;
        let asked = Asked {
            organization_id: old.organization_id,
            connection_id: old.connection_id,
            batch_id: Some(batch_id),
            scope: &old.scope,
            may_run,
        };
        let member = self.join_or_insert(&asked, old.model_id, is_synced, live)?;
        self.insert_batch_members(batch_id, std::slice::from_ref(&member))?;
        Ok((member.sync, Some(batch_id)))
    }

    /// All of a model that is not final, with the model locked.
    pub(crate) fn list_live_of_model(&mut self, id: ModelId) -> Result<Vec<SyncRow>, StoreError> {
        // Two halves, so that each finds its own small index.
        let mut live = Vec::new();
        for part in [statuses::turn_holders(), statuses::waiting()] {
            let rows: Vec<SyncRow> = Sql::new(format!(
                "SELECT {} FROM syncs s WHERE s.model_id = ? AND s.status {part}",
                row::COLUMNS,
                part = if part.contains(',') {
                    format!("IN ({part})")
                } else {
                    format!("= {part}")
                },
            ))
            .id(id.uuid())
            .load(self)?;
            live.extend(rows);
        }
        Ok(live)
    }

    /// Whether a plain or full-refresh sync of the model has completed.
    pub(crate) fn is_model_synced(&mut self, id: ModelId) -> Result<bool, StoreError> {
        let is_synced: Option<bool> = Sql::new("SELECT is_synced FROM models WHERE id = ?")
            .id(id.uuid())
            .rows::<Bool>()
            .find(self)?;
        Ok(is_synced.unwrap_or(false))
    }
}
