//! How much waits.

use diesel::sql_types::BigInt;
use syncline_domain::OrganizationId;

use crate::error::StoreError;
use crate::sql::Sql;
use crate::tx::Tx;

impl Tx<'_> {
    /// How many syncs are queued, for tests and metrics.
    ///
    /// # Errors
    /// Failures of the database alone.
    pub fn count_queued_syncs(
        &mut self,
        organization_id: Option<OrganizationId>,
    ) -> Result<i64, StoreError> {
        let count = match organization_id {
            None => Sql::new("SELECT COUNT(*) FROM syncs WHERE status = 'queued'"),
            Some(id) => Sql::new(
                "SELECT COUNT(*) FROM syncs WHERE status = 'queued' AND organization_id = ?",
            )
            .id(id.uuid()),
        };
        Ok(count.rows::<BigInt>().find(self)?.unwrap_or(0))
    }
}
