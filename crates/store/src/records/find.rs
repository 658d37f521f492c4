//! One record.

use syncline_domain::{ModelId, OrganizationId, RecordId};

use super::Record;
use super::row::{self, RecordRow};
use crate::error::StoreError;
use crate::sql::Sql;
use crate::tx::Tx;

impl Tx<'_> {
    /// One record, deleted or not.
    ///
    /// # Errors
    /// Failures of the database alone.
    pub fn find_record(
        &mut self,
        organization_id: OrganizationId,
        model_id: ModelId,
        id: RecordId,
    ) -> Result<Option<Record>, StoreError> {
        let row: Option<RecordRow> = Sql::new(format!(
            "SELECT {} FROM records r JOIN models m ON m.id = r.model_id \
             JOIN connections c ON c.id = m.connection_id \
             WHERE r.id = ? AND r.model_id = ? AND m.organization_id = ? AND c.deleted_at IS NULL",
            row::COLUMNS,
        ))
        .id(id.uuid())
        .id(model_id.uuid())
        .id(organization_id.uuid())
        .find(self)?;
        row.map(RecordRow::into_record).transpose()
    }
}
