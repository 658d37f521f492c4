//! One sync, and the newest of each model.

use syncline_domain::{ModelId, OrganizationId, Sync, SyncId};

use super::row::{self, SyncRow};
use crate::error::StoreError;
use crate::sql::{Sql, marks};
use crate::tx::Tx;

impl Tx<'_> {
    /// One sync.
    ///
    /// # Errors
    /// Failures of the database alone.
    pub fn find_sync(
        &mut self,
        organization_id: OrganizationId,
        id: SyncId,
    ) -> Result<Option<Sync>, StoreError> {
        let row: Option<SyncRow> = Sql::new(format!(
            "SELECT {} FROM syncs s JOIN connections c ON c.id = s.connection_id \
             WHERE s.id = ? AND s.organization_id = ? AND c.deleted_at IS NULL",
            row::COLUMNS,
        ))
        .id(id.uuid())
        .id(organization_id.uuid())
        .find(self)?;
        row.map(SyncRow::into_sync).transpose()
    }

    /// The newest sync of each of these models that has one, in no order.
    pub(crate) fn list_newest_syncs_of_models(
        &mut self,
        models: &[ModelId],
    ) -> Result<Vec<Sync>, StoreError> {
        if models.is_empty() {
            return Ok(Vec::new());
        }
        let rows: Vec<SyncRow> = Sql::once(format!(
            "SELECT {} FROM models m JOIN syncs s ON s.id = \
             (SELECT n.id FROM syncs n WHERE n.model_id = m.id ORDER BY n.id DESC LIMIT 1) \
             WHERE m.id IN ({})",
            row::COLUMNS,
            marks(models.len()),
        ))
        .ids(models.iter().map(|id| id.uuid()))
        .load(self)?;
        rows.into_iter().map(SyncRow::into_sync).collect()
    }

    /// One sync that this transaction may change.
    pub(super) fn lock_sync_of_organization(
        &mut self,
        organization_id: OrganizationId,
        id: SyncId,
    ) -> Result<SyncRow, StoreError> {
        match self.find_sync(organization_id, id)? {
            Some(_) => self.lock_model_and_sync(id),
            None => Err(StoreError::NotFound {
                what: "sync",
                id: id.to_string(),
            }),
        }
    }
}
