//! To which connection something belongs, for tokens that reach a few connections only.

use syncline_domain::{
    BatchId, ConnectionId, HeldDeletesId, ModelId, OrganizationId, RecordId, SyncId,
};
use uuid::Uuid;

use crate::db::types::Uid;
use crate::error::StoreError;
use crate::sql::Sql;
use crate::tx::Tx;

macro_rules! owners {
    ($($name:ident $id:ident $sql:literal;)*) => {
        impl Tx<'_> {
            $(
                /// Its connection; none when there is no such thing in this organization.
                ///
                /// # Errors
                /// Failures of the database alone.
                pub fn $name(
                    &mut self,
                    organization_id: OrganizationId,
                    id: $id,
                ) -> Result<Option<ConnectionId>, StoreError> {
                    self.find_owner($sql, organization_id, id.uuid())
                }
            )*
        }
    };
}

owners! {
    find_connection_of_model ModelId
        "SELECT connection_id FROM models WHERE id = ? AND organization_id = ?";
    find_connection_of_sync SyncId
        "SELECT connection_id FROM syncs WHERE id = ? AND organization_id = ?";
    find_connection_of_batch BatchId
        "SELECT connection_id FROM batches WHERE id = ? AND organization_id = ?";
    find_connection_of_held_deletes HeldDeletesId
        "SELECT connection_id FROM held_deletes WHERE id = ? AND organization_id = ?";
    find_connection_of_record RecordId
        "SELECT m.connection_id FROM records r JOIN models m ON m.id = r.model_id \
         WHERE r.id = ? AND m.organization_id = ?";
}

impl Tx<'_> {
    fn find_owner(
        &mut self,
        sql: &'static str,
        organization_id: OrganizationId,
        id: Uuid,
    ) -> Result<Option<ConnectionId>, StoreError> {
        Sql::new(sql)
            .id(id)
            .id(organization_id.uuid())
            .rows::<Uid>()
            .find(self)
    }
}
