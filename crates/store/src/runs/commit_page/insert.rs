//! New records, many at a time; and the first way of a page: insert, and see whether all were new.

use diesel::RunQueryDsl;
use diesel::connection::SimpleConnection;
use diesel::pg::Pg;
use diesel::sql_types::{Array, BigInt, Binary, Text, Uuid as PgUuid};
use diesel::sqlite::Sqlite;
use syncline_domain::RecordId;

use super::Written;
use super::diff::Addition;
use super::drafts::Draft;
use super::fence::{Landing, Likely};
use crate::bug::{self, Bug};
use crate::db::AnyConnection;
use crate::error::StoreError;
use crate::sql::Sql;
use crate::tx::Tx;

/// Rows of one statement on SQLite; more are no faster.
const ROWS: usize = 16;

impl Tx<'_> {
    /// Inserts the page as if it were all new. `None`: it was not, or is not likely to be, and
    /// nothing is written.
    pub(super) fn insert_if_new(
        &mut self,
        landing: &Landing,
        drafts: &[Draft<'_>],
    ) -> Result<Option<Written>, StoreError> {
        if drafts.is_empty() || landing.likely == Likely::Known {
            return Ok(None);
        }
        let may_collide = landing.likely == Likely::New;
        if may_collide {
            self.conn().batch_execute("SAVEPOINT page")?;
        }
        let count = drafts.len() as i64;
        let before = self.take_numbers(landing.model_id, count, count)?;
        let additions: Vec<Addition<'_, '_>> = drafts
            .iter()
            .zip(before + 1..)
            .map(|(draft, number)| Addition { draft, number })
            .collect();
        let inserted = self.insert_records(landing, &additions)?;
        if may_collide {
            if inserted < drafts.len() {
                self.conn()
                    .batch_execute(if bug::is_on(Bug::NumbersTakenTwice) {
                        "RELEASE SAVEPOINT page"
                    } else {
                        "ROLLBACK TO SAVEPOINT page; RELEASE SAVEPOINT page"
                    })?;
                return Ok(None);
            }
            self.conn().batch_execute("RELEASE SAVEPOINT page")?;
        } else if inserted < drafts.len() {
            return Err(StoreError::Corrupt(format!(
                "{} has records and no feed",
                landing.model_id
            )));
        }
        Ok(Some(Written {
            added: count,
            ordinals: additions.iter().map(|addition| addition.number).collect(),
            ..Written::default()
        }))
    }

    /// Inserts records, leaving out keys that are there; gives how many went in.
    pub(super) fn insert_records(
        &mut self,
        landing: &Landing,
        additions: &[Addition<'_, '_>],
    ) -> Result<usize, StoreError> {
        // Each is larger than the one before, so that their index grows at its end.
        let ids: Vec<uuid::Uuid> = additions
            .iter()
            .map(|_| RecordId::from_parts(landing.now, self.entropy()).uuid())
            .collect();
        let inserted = match self.conn() {
            AnyConnection::Sqlite(conn) => {
                let mut inserted = 0;
                for (additions, ids) in additions.chunks(ROWS).zip(ids.chunks(ROWS)) {
                    inserted += sqlite_insert(landing, additions, ids).execute(conn)?;
                }
                inserted
            }
            AnyConnection::Postgres(conn) => {
                postgres_insert(landing, additions, ids).execute(conn)?
            }
        };
        Ok(inserted)
    }
}

fn sqlite_insert<'a>(
    landing: &Landing,
    additions: &'a [Addition<'a, 'a>],
    ids: &'a [uuid::Uuid],
) -> Sql<'a, Sqlite> {
    let rows = vec!["(?, ?, ?, ?, ?)"; additions.len()].join(", ");
    let mut insert = Sql::new(format!(
        "INSERT INTO records (model_id, key, ordinal, id, data, hash, number, created_at, sync_id) \
         SELECT ?, column1, column5, column2, column3, column4, column5, ?, ? \
         FROM (VALUES {rows}) WHERE TRUE ON CONFLICT (model_id, key) DO NOTHING",
    ))
    .bind::<Binary, _>(landing.model_id.uuid().into_bytes().to_vec())
    .bind::<BigInt, _>(landing.now.timestamp_micros())
    .bind::<Binary, _>(landing.sync_id.uuid().into_bytes().to_vec());
    for (Addition { draft, number }, id) in additions.iter().zip(ids) {
        insert = insert
            .bind::<Text, _>(&*draft.key)
            .bind::<Binary, _>(&id.as_bytes()[..])
            .bind::<Text, _>(draft.data)
            .bind::<Binary, _>(&draft.hash[..])
            .bind::<BigInt, _>(*number);
    }
    insert
}

fn postgres_insert<'a>(
    landing: &Landing,
    additions: &'a [Addition<'a, 'a>],
    ids: Vec<uuid::Uuid>,
) -> Sql<'a, Pg> {
    let column =
        |of: fn(&'a Addition<'a, 'a>) -> &'a str| additions.iter().map(of).collect::<Vec<_>>();
    Sql::new(
        "INSERT INTO records (model_id, key, ordinal, id, data, hash, number, created_at, sync_id) \
         SELECT ?, t.key, t.number, t.id, t.data::json, t.hash, t.number, ?, ? \
         FROM UNNEST(?::text[], ?::uuid[], ?::text[], ?::bytea[], ?::bigint[]) AS t (key, id, data, hash, number) \
         ON CONFLICT (model_id, key) DO NOTHING",
    )
    .bind::<PgUuid, _>(landing.model_id.uuid())
    .bind::<diesel::sql_types::Timestamptz, _>(landing.now)
    .bind::<PgUuid, _>(landing.sync_id.uuid())
    .bind::<Array<Text>, _>(column(|addition| &addition.draft.key))
    .bind::<Array<PgUuid>, _>(ids)
    .bind::<Array<Text>, _>(column(|addition| addition.draft.data))
    .bind::<Array<Binary>, _>(
        additions.iter().map(|addition| &addition.draft.hash[..]).collect::<Vec<_>>(),
    )
    .bind::<Array<BigInt>, _>(additions.iter().map(|addition| addition.number).collect::<Vec<_>>())
}
