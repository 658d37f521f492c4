//! Which keys of a page are there already, and how.

use diesel::RunQueryDsl;
use diesel::pg::Pg;
use diesel::sql_types::{Array, BigInt, Binary, Bool, Text, Uuid as PgUuid};
use diesel::sqlite::Sqlite;
use syncline_domain::ModelId;

use super::drafts::{Draft, Hash};
use crate::db::AnyConnection;
use crate::error::StoreError;
use crate::sql::Sql;
use crate::tx::Tx;

/// What is stored under the key of a draft.
pub(super) struct Known {
    /// Which draft.
    pub(super) index: usize,
    pub(super) ordinal: i64,
    pub(super) hash: Hash,
    pub(super) is_deleted: bool,
}

/// On SQLite the keys come as one JSON array, on PostgreSQL as an array; each is looked up in the
/// index of keys, however large the table.
pub(crate) const SQLITE_KNOWN: &str = "SELECT j.key, r.ordinal, r.hash, r.deleted_at IS NOT NULL \
    FROM json_each(?) j CROSS JOIN records r ON r.model_id = ? AND r.key = j.value";
pub(crate) const POSTGRES_KNOWN: &str = "SELECT t.position - 1, r.ordinal, r.hash, \
    r.deleted_at IS NOT NULL FROM UNNEST(?::text[]) WITH ORDINALITY AS t (key, position), \
    LATERAL (SELECT ordinal, hash, deleted_at FROM records \
    WHERE model_id = ? AND key = t.key LIMIT 1) r";

impl Tx<'_> {
    pub(super) fn find_known(
        &mut self,
        model_id: ModelId,
        drafts: &[Draft<'_>],
    ) -> Result<Vec<Known>, StoreError> {
        if drafts.is_empty() {
            return Ok(Vec::new());
        }
        type Row = (BigInt, BigInt, Binary, Bool);
        let keys: Vec<&str> = drafts.iter().map(|draft| &*draft.key).collect();
        let rows: Vec<(i64, i64, Vec<u8>, bool)> = match self.conn() {
            AnyConnection::Sqlite(conn) => Sql::<Sqlite>::new(SQLITE_KNOWN)
                .bind::<Text, _>(crate::sql::json_of(&keys)?)
                .bind::<Binary, _>(model_id.uuid().into_bytes().to_vec())
                .rows::<Row>()
                .load(conn)?,
            AnyConnection::Postgres(conn) => Sql::<Pg>::new(POSTGRES_KNOWN)
                .bind::<Array<Text>, _>(keys)
                .bind::<PgUuid, _>(model_id.uuid())
                .rows::<Row>()
                .load(conn)?,
        };
        rows.into_iter()
            .map(|(index, ordinal, hash, is_deleted)| {
                Ok(Known {
                    index: at(index, drafts.len())?,
                    ordinal,
                    hash: hash
                        .try_into()
                        .map_err(|_| StoreError::Corrupt("a record's hash has 16 bytes".into()))?,
                    is_deleted,
                })
            })
            .collect()
    }

    /// The texts that are stored under some keys, with each key's place among them.
    pub(super) fn find_known_data(
        &mut self,
        model_id: ModelId,
        keys: &[&str],
    ) -> Result<Vec<(usize, String)>, StoreError> {
        type Row = (BigInt, Text);
        let rows: Vec<(i64, String)> = match self.conn() {
            AnyConnection::Sqlite(conn) => Sql::<Sqlite>::new(
                "SELECT j.key, r.data FROM json_each(?) j \
                 CROSS JOIN records r ON r.model_id = ? AND r.key = j.value",
            )
            .bind::<Text, _>(crate::sql::json_of(&keys)?)
            .bind::<Binary, _>(model_id.uuid().into_bytes().to_vec())
            .rows::<Row>()
            .load(conn)?,
            AnyConnection::Postgres(conn) => Sql::<Pg>::new(
                "SELECT t.position - 1, r.data::text FROM UNNEST(?::text[]) WITH ORDINALITY \
                 AS t (key, position), LATERAL (SELECT data FROM records \
                 WHERE model_id = ? AND key = t.key LIMIT 1) r",
            )
            .bind::<Array<Text>, _>(keys)
            .bind::<PgUuid, _>(model_id.uuid())
            .rows::<Row>()
            .load(conn)?,
        };
        rows.into_iter()
            .map(|(index, data)| Ok((at(index, keys.len())?, data)))
            .collect()
    }
}

fn at(index: i64, count: usize) -> Result<usize, StoreError> {
    usize::try_from(index)
        .ok()
        .filter(|index| *index < count)
        .ok_or_else(|| StoreError::Corrupt(format!("no record of the page is number {index}")))
}
