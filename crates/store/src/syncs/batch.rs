//! Batches: a request, and the syncs that it made or joined.

use diesel::sql_types::{BigInt, Bool, Nullable};
use syncline_domain::attempt::Counters;
use syncline_domain::{BatchId, ConnectionId, OrganizationId};

use super::row::{self, SyncRow};
use super::{Batch, BatchMember};
use crate::db::types::{Instant, Uid};
use crate::error::StoreError;
use crate::sql::Sql;
use crate::tx::Tx;

/// Rows of one statement.
const ROWS: usize = 16;

/// A batch to be made.
pub(super) struct NewBatch {
    pub(super) id: BatchId,
    pub(super) organization_id: OrganizationId,
    pub(super) connection_id: ConnectionId,
}

impl Tx<'_> {
    /// A batch with its members.
    ///
    /// # Errors
    /// Failures of the database alone.
    pub fn find_batch(
        &mut self,
        organization_id: OrganizationId,
        id: BatchId,
    ) -> Result<Option<Batch>, StoreError> {
        let batch = Sql::new(
            "SELECT b.connection_id, b.created_at, b.cancelled_at FROM batches b \
             JOIN connections c ON c.id = b.connection_id \
             WHERE b.id = ? AND b.organization_id = ? AND c.deleted_at IS NULL",
        )
        .id(id.uuid())
        .id(organization_id.uuid())
        .rows::<(Uid, Instant, Nullable<Instant>)>()
        .find(self)?;
        let Some((connection_id, created_at, cancelled_at)) = batch else {
            return Ok(None);
        };
        let members = self.list_members_of_batch(id)?;
        Ok(Some(Batch {
            id,
            connection_id,
            created_at,
            cancelled_at,
            counters: self.sum_counters_of_batch(id)?,
            members,
        }))
    }

    fn sum_counters_of_batch(&mut self, id: BatchId) -> Result<Counters, StoreError> {
        type Columns = (
            BigInt,
            BigInt,
            BigInt,
            BigInt,
            BigInt,
            BigInt,
            BigInt,
            BigInt,
        );
        type Sums = (i64, i64, i64, i64, i64, i64, i64, i64);
        let sums = [
            "pages",
            "records",
            "added",
            "changed",
            "unchanged",
            "deleted",
            "bytes",
            "requests",
        ]
        .map(|name| format!("CAST(COALESCE(SUM(a.{name}), 0) AS BIGINT)"))
        .join(", ");
        let sums: Option<Sums> = Sql::new(format!(
            "SELECT {sums} FROM batch_members m JOIN attempts a ON a.sync_id = m.sync_id \
             WHERE m.batch_id = ?"
        ))
        .id(id.uuid())
        .rows::<Columns>()
        .find(self)?;
        let (pages, records, added, changed, unchanged, deleted, bytes, requests) =
            sums.unwrap_or_default();
        Ok(Counters {
            pages,
            records,
            added,
            changed,
            unchanged,
            deleted,
            bytes,
            requests,
        })
    }

    fn list_members_of_batch(&mut self, id: BatchId) -> Result<Vec<BatchMember>, StoreError> {
        let joined: Vec<bool> =
            Sql::new("SELECT is_joined FROM batch_members WHERE batch_id = ? ORDER BY position")
                .id(id.uuid())
                .rows::<Bool>()
                .load(self)?;
        let rows: Vec<SyncRow> = Sql::new(format!(
            "SELECT {} FROM batch_members m JOIN syncs s ON s.id = m.sync_id \
             WHERE m.batch_id = ? ORDER BY m.position",
            row::COLUMNS,
        ))
        .id(id.uuid())
        .load(self)?;
        joined
            .into_iter()
            .zip(rows)
            .map(|(is_joined, row)| {
                Ok(BatchMember {
                    sync: row.into_sync()?,
                    is_joined,
                })
            })
            .collect()
    }

    /// A batch without members.
    pub(super) fn insert_batch(
        &mut self,
        organization_id: OrganizationId,
        connection_id: ConnectionId,
    ) -> Result<BatchId, StoreError> {
        let id = BatchId::from_parts(self.now(), self.entropy());
        self.insert_batches(&[NewBatch {
            id,
            organization_id,
            connection_id,
        }])?;
        Ok(id)
    }

    /// Batches without members.
    pub(super) fn insert_batches(&mut self, batches: &[NewBatch]) -> Result<(), StoreError> {
        let now = self.now();
        for batches in batches.chunks(ROWS) {
            let rows = vec!["(?, ?, ?, ?)"; batches.len()].join(", ");
            let mut insert = Sql::new(format!(
                "INSERT INTO batches (id, organization_id, connection_id, created_at) VALUES {rows}"
            ));
            for NewBatch {
                id,
                organization_id,
                connection_id,
            } in batches
            {
                insert = insert
                    .id(id.uuid())
                    .id(organization_id.uuid())
                    .id(connection_id.uuid())
                    .time(now);
            }
            insert.run(self)?;
        }
        Ok(())
    }

    /// Puts syncs into a batch that has none yet.
    pub(super) fn insert_batch_members(
        &mut self,
        batch_id: BatchId,
        members: &[BatchMember],
    ) -> Result<(), StoreError> {
        self.insert_members_of_batches([(batch_id, members)])
    }

    /// Puts syncs into batches that have none yet.
    pub(super) fn insert_members_of_batches<'b>(
        &mut self,
        batches: impl IntoIterator<Item = (BatchId, &'b [BatchMember])>,
    ) -> Result<(), StoreError> {
        let members = batches
            .into_iter()
            .flat_map(|(id, members)| (0..).zip(members).map(move |(n, member)| (id, n, member)));
        let members: Vec<(BatchId, i32, &BatchMember)> = members.collect();
        for members in members.chunks(ROWS) {
            let rows = vec!["(?, ?, ?, ?)"; members.len()].join(", ");
            let mut insert = Sql::new(format!(
                "INSERT INTO batch_members (batch_id, sync_id, position, is_joined) VALUES {rows}"
            ));
            for (batch_id, position, member) in members {
                insert = insert
                    .id(batch_id.uuid())
                    .id(member.sync.id.uuid())
                    .int(*position)
                    .flag(member.is_joined);
            }
            insert.run(self)?;
        }
        Ok(())
    }
}
