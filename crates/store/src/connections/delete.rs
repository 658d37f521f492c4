//! A connection goes at once; its rows go later.

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};
use syncline_domain::{ConnectionId, OrganizationId};

use crate::db::types::{Id, Time};
use crate::error::StoreError;
use crate::schema::connections;
use crate::sql::Sql;
use crate::tx::Tx;

impl Tx<'_> {
    /// Cancels all its syncs; from then on it and all below it are not found. Its rows are purged
    /// later, by [`purge_deleted`](Tx::purge_deleted).
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn delete_connection(
        &mut self,
        organization_id: OrganizationId,
        id: ConnectionId,
    ) -> Result<(), StoreError> {
        self.lock_connection(organization_id, id)?;
        self.cancel_syncs_of_connection(id)?;
        let now = Time(self.now());
        // Nobody reads the secrets any more, so that they need not wait for the purge.
        self.delete_secret_documents_of_connection(id)?;
        diesel::update(connections::table.find(Id::from(id)))
            .set(connections::deleted_at.eq(now))
            .execute(self.conn())?;
        Ok(())
    }

    /// Removes at most `limit` rows of deleted connections; gives how many went.
    ///
    /// # Errors
    /// Failures of the database alone.
    pub fn purge_deleted(&mut self, limit: i64) -> Result<usize, StoreError> {
        let mut gone = 0;
        while gone < limit {
            let id: Option<ConnectionId> = connections::table
                .filter(connections::deleted_at.is_not_null())
                .order(connections::deleted_at)
                .select(connections::id)
                .first(self.conn())
                .optional()?;
            let Some(id) = id else { break };
            gone += self.purge_connection(id, limit - gone)?;
        }
        Ok(usize::try_from(gone).unwrap_or(0))
    }

    fn purge_connection(&mut self, id: ConnectionId, limit: i64) -> Result<i64, StoreError> {
        let mut gone = 0;
        for (table, key, of_connection) in BELOW {
            gone += Sql::new(format!(
                "DELETE FROM {table} WHERE ({key}) IN \
                 (SELECT {key} FROM {table} WHERE {of_connection} LIMIT ?)",
            ))
            .id(id.uuid())
            .big(limit - gone)
            .run(self)? as i64;
            if gone >= limit {
                return Ok(gone);
            }
        }
        diesel::delete(connections::table.find(Id::from(id))).execute(self.conn())?;
        Ok(gone + 1)
    }
}

const OF_MODELS: &str = "model_id IN (SELECT id FROM models WHERE connection_id = ?)";
const OF_SYNCS: &str = "sync_id IN (SELECT id FROM syncs WHERE connection_id = ?)";
const OF_CONNECTION: &str = "connection_id = ?";

/// Tables below a connection with their keys, those that refer to others first.
const BELOW: [(&str, &str, &str); 14] = [
    ("records", "model_id, key", OF_MODELS),
    ("seen_pages", "sync_id, page", OF_SYNCS),
    ("staged_states", "sync_id, partition", OF_SYNCS),
    ("attempts", "sync_id, number", OF_SYNCS),
    ("batch_members", "batch_id, sync_id", OF_SYNCS),
    ("syncs", "id", OF_CONNECTION),
    ("batches", "id", OF_CONNECTION),
    ("held_deletes", "id", OF_CONNECTION),
    ("model_states", "model_id, partition", OF_MODELS),
    ("model_feeds", "model_id", OF_MODELS),
    ("models", "id", OF_CONNECTION),
    ("secret_documents", "connection_id, purpose", OF_CONNECTION),
    ("credential_leases", "connection_id, purpose", OF_CONNECTION),
    ("quotas", "connection_id", OF_CONNECTION),
];
