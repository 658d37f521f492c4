//! The bare upsert: the statement, tables, indexes and durability that a page commit uses, with
//! pages prepared beforehand, and nothing else: no fence, no feed, no source.

use std::time::Instant;

use diesel::connection::SimpleConnection;
use diesel::sql_types::{Array, BigInt, Binary, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{Connection, PgConnection, RunQueryDsl, SqliteConnection, sql_query};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};
use syncline_demo::Demo;
use syncline_store::clock::Clock;
use syncline_store::secrets::MasterKey;
use syncline_store::store::{Store, StoreOptions};
use uuid::Uuid;

use crate::setting::{Database, PAGE};

/// A record as a page commit would write it.
pub(crate) struct Prepared {
    key: String,
    data: Box<RawValue>,
    hash: Vec<u8>,
}

/// Reads all pages of the demo's invoices.
pub(crate) async fn prepare(demo: &Demo) -> Vec<Vec<Prepared>> {
    #[derive(Debug)]
    struct Answer(Vec<Box<RawValue>>);
    let client = syncline_test_support::http_client();
    let mut pages = Vec::new();
    loop {
        let offset = pages.len() * PAGE;
        let url = format!("{}/invoices?offset={offset}&limit={PAGE}", demo.url());
        let answer = client
            .get(url)
            .bearer_auth("demo-token")
            .send()
            .await
            .expect("the demo answers");
        let text = answer.text().await.expect("a whole answer");
        let mut fields: std::collections::HashMap<String, Box<RawValue>> =
            serde_json::from_str(&text).expect("an object");
        let data = fields.remove("data").expect("records");
        let answer = Answer(serde_json::from_str(data.get()).expect("an array"));
        let page: Vec<Prepared> = answer.0.into_iter().map(prepared).collect();
        let is_last = page.len() < PAGE;
        pages.push(page);
        if is_last {
            return pages;
        }
    }
}

fn prepared(data: Box<RawValue>) -> Prepared {
    let value: serde_json::Value = serde_json::from_str(data.get()).expect("a record");
    let key = match &value["id"] {
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let hash = Sha256::digest(data.get())[..16].to_vec();
    Prepared { key, data, hash }
}

/// Seconds to write all pages into a fresh database, each in a transaction of its own.
pub(crate) fn upsert(database: Database, pages: &[Vec<Prepared>]) -> f64 {
    let target = database.fresh();
    migrate(target.url());
    match database {
        Database::Sqlite => sqlite(target.url(), pages),
        Database::Postgres => postgres(target.url(), pages),
    }
}

/// The store's own tables. On a thread of its own, since the caller is on an async one.
fn migrate(url: &str) {
    let url = url.to_owned();
    let work = std::thread::spawn(move || {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(async {
            let store = open(&url).await;
            store.migrate().await.expect("the tables");
            store.close().await;
        });
    });
    work.join().expect("the tables");
}

/// A store on this database, with the key that the server under test has.
pub(crate) async fn open(url: &str) -> Store {
    let key = "5f0c3f6d8a1b4e7290c5d2e1f3a4b5968778695a4b3c2d1e0f1e2d3c4b5a6978";
    let options = StoreOptions {
        database_url: url.to_owned(),
        master_keys: Some(MasterKey::parse(key).expect("a key").into()),
        clock: Clock::Database,
        pool_size: 4,
        group_size: StoreOptions::GROUP_SIZE,
        serves: false,
    };
    Store::open(options).await.expect("the database opens")
}

fn sqlite(url: &str, pages: &[Vec<Prepared>]) -> f64 {
    /// As many rows to a statement as a page commit puts there.
    const ROWS: usize = 16;
    let path = url.trim_start_matches("sqlite://");
    let mut conn = SqliteConnection::establish(path).expect("the database opens");
    conn.batch_execute(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -16384;",
    )
    .expect("the settings");
    let (model, sync) = (ascending(1), ascending(2));
    let mut number = 0i64;
    let begun = Instant::now();
    for page in pages {
        conn.immediate_transaction(|conn| {
            for rows in page.chunks(ROWS) {
                let marks = vec!["(?, ?, ?, ?, ?)"; rows.len()].join(", ");
                let mut insert = sql_query(format!(
                    "INSERT INTO records (model_id, key, ordinal, id, data, hash, number, created_at, sync_id) \
                     SELECT ?, column1, column5, column2, column3, column4, column5, ?, ? \
                     FROM (VALUES {marks}) WHERE TRUE ON CONFLICT (model_id, key) DO UPDATE SET \
                     data = excluded.data, hash = excluded.hash, number = excluded.number, \
                     modified_at = excluded.created_at, sync_id = excluded.sync_id \
                     WHERE records.hash <> excluded.hash",
                ))
                .into_boxed::<diesel::sqlite::Sqlite>()
                .bind::<Binary, _>(model.as_bytes().to_vec())
                .bind::<BigInt, _>(1_790_000_000_000_000)
                .bind::<Binary, _>(sync.as_bytes().to_vec());
                for row in rows {
                    number += 1;
                    insert = insert
                        .bind::<Text, _>(&row.key)
                        .bind::<Binary, _>(ascending(number).as_bytes().to_vec())
                        .bind::<Text, _>(row.data.get())
                        .bind::<Binary, _>(&row.hash)
                        .bind::<BigInt, _>(number);
                }
                insert.execute(conn)?;
            }
            diesel::QueryResult::Ok(())
        })
        .expect("a page");
    }
    begun.elapsed().as_secs_f64()
}

fn postgres(url: &str, pages: &[Vec<Prepared>]) -> f64 {
    let mut conn = PgConnection::establish(url).expect("the database opens");
    let (model, sync) = (ascending(1), ascending(2));
    let mut number = 0i64;
    let begun = Instant::now();
    for page in pages {
        conn.transaction(|conn| {
            let numbers: Vec<i64> = (number + 1..).take(page.len()).collect();
            number += i64::try_from(page.len()).expect("a page");
            sql_query(
                "INSERT INTO records (model_id, key, ordinal, id, data, hash, number, created_at, sync_id) \
                 SELECT $1, t.key, t.number, t.id, t.data::json, t.hash, t.number, $2, $3 \
                 FROM UNNEST($4, $5, $6, $7, $8) AS t (key, id, data, hash, number) \
                 ON CONFLICT (model_id, key) DO UPDATE SET \
                 data = excluded.data, hash = excluded.hash, number = excluded.number, \
                 modified_at = excluded.created_at, sync_id = excluded.sync_id \
                 WHERE records.hash <> excluded.hash",
            )
            .bind::<SqlUuid, _>(model)
            .bind::<Timestamptz, _>(chrono::DateTime::from_timestamp(1_790_000_000, 0).expect("a time"))
            .bind::<SqlUuid, _>(sync)
            .bind::<Array<Text>, _>(page.iter().map(|row| &*row.key).collect::<Vec<_>>())
            .bind::<Array<SqlUuid>, _>(numbers.iter().map(|n| ascending(*n)).collect::<Vec<_>>())
            .bind::<Array<Text>, _>(page.iter().map(|row| row.data.get()).collect::<Vec<_>>())
            .bind::<Array<Binary>, _>(page.iter().map(|row| &*row.hash).collect::<Vec<_>>())
            .bind::<Array<BigInt>, _>(&numbers)
            .execute(conn)
        })
        .expect("a page");
    }
    begun.elapsed().as_secs_f64()
}

/// Ids that ascend, as those of a page commit do.
fn ascending(number: i64) -> Uuid {
    Uuid::from_u128((0x019f_0000_0000_7000_8000u128 << 48) | u128::from(number.unsigned_abs()))
}
