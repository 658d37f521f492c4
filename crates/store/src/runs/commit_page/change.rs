//! Records that differ from what was there, many at a time.

use diesel::RunQueryDsl;
use diesel::pg::Pg;
use diesel::sql_types::{Array, BigInt, Binary, Text, Timestamptz, Uuid as PgUuid};
use diesel::sqlite::Sqlite;

use super::diff::Change;
use super::fence::Landing;
use crate::db::AnyConnection;
use crate::error::StoreError;
use crate::sql::Sql;
use crate::tx::Tx;

/// Rows of one statement on SQLite; more are no faster.
const ROWS: usize = 16;

impl Tx<'_> {
    /// Writes what differs. A record that was deleted is back, with its id and its ordinal.
    pub(super) fn update_records(
        &mut self,
        landing: &Landing,
        changes: &[Change<'_, '_>],
    ) -> Result<(), StoreError> {
        let updated = match self.conn() {
            AnyConnection::Sqlite(conn) => {
                let mut updated = 0;
                for changes in changes.chunks(ROWS) {
                    updated += sqlite_update(landing, changes).execute(conn)?;
                }
                updated
            }
            AnyConnection::Postgres(conn) => postgres_update(landing, changes).execute(conn)?,
        };
        if updated == changes.len() {
            Ok(())
        } else {
            Err(StoreError::Corrupt(format!(
                "{updated} of {} records changed",
                changes.len()
            )))
        }
    }
}

fn sqlite_update<'a>(landing: &Landing, changes: &'a [Change<'a, 'a>]) -> Sql<'a, Sqlite> {
    let rows = vec!["(?, ?, ?, ?)"; changes.len()].join(", ");
    let mut update = Sql::new(format!(
        "UPDATE records SET data = v.column2, hash = v.column3, number = v.column4, \
         modified_at = ?, deleted_at = NULL, sync_id = ? FROM (VALUES {rows}) AS v \
         WHERE records.model_id = ? AND records.key = v.column1",
    ))
    .bind::<BigInt, _>(landing.now.timestamp_micros())
    .bind::<Binary, _>(landing.sync_id.uuid().into_bytes().to_vec());
    for Change { draft, number } in changes {
        update = update
            .bind::<Text, _>(&*draft.key)
            .bind::<Text, _>(draft.data)
            .bind::<Binary, _>(&draft.hash[..])
            .bind::<BigInt, _>(*number);
    }
    update.bind::<Binary, _>(landing.model_id.uuid().into_bytes().to_vec())
}

fn postgres_update<'a>(landing: &Landing, changes: &'a [Change<'a, 'a>]) -> Sql<'a, Pg> {
    Sql::new(
        "UPDATE records SET data = v.data::json, hash = v.hash, number = v.number, \
         modified_at = ?, deleted_at = NULL, sync_id = ? \
         FROM UNNEST(?::text[], ?::text[], ?::bytea[], ?::bigint[]) AS v (key, data, hash, number) \
         WHERE records.model_id = ? AND records.key = v.key",
    )
    .bind::<Timestamptz, _>(landing.now)
    .bind::<PgUuid, _>(landing.sync_id.uuid())
    .bind::<Array<Text>, _>(
        changes
            .iter()
            .map(|change| &*change.draft.key)
            .collect::<Vec<_>>(),
    )
    .bind::<Array<Text>, _>(
        changes
            .iter()
            .map(|change| change.draft.data)
            .collect::<Vec<_>>(),
    )
    .bind::<Array<Binary>, _>(
        changes
            .iter()
            .map(|change| &change.draft.hash[..])
            .collect::<Vec<_>>(),
    )
    .bind::<Array<BigInt>, _>(
        changes
            .iter()
            .map(|change| change.number)
            .collect::<Vec<_>>(),
    )
    .bind::<PgUuid, _>(landing.model_id.uuid())
}
