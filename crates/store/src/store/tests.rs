//! What can be tried on the store's own connection alone.

use diesel::connection::SimpleConnection;
use diesel::{QueryableByName, RunQueryDsl};
use syncline_test_support::{TestDatabase, both_databases, run};

use super::*;

fn options(url: &str) -> StoreOptions {
    StoreOptions {
        database_url: url.to_owned(),
        master_keys: Some(MasterKey::generate().into()),
        clock: Clock::Database,
        pool_size: 2,
        group_size: StoreOptions::GROUP_SIZE,
        serves: false,
    }
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = diesel::sql_types::Text)]
    line: String,
}

/// Every table, column, index and constraint, in words.
fn schema(conn: &mut AnyConnection) -> Result<Vec<String>, StoreError> {
    let question = match conn {
        AnyConnection::Sqlite(_) => {
            "SELECT name || ': ' || COALESCE(sql, '') AS line FROM sqlite_master ORDER BY 1"
        }
        AnyConnection::Postgres(_) => {
            "SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable \
             || ' ' || COALESCE(column_default, '') || ' ' || COALESCE(collation_name, '') AS line \
             FROM information_schema.columns WHERE table_schema = 'public' \
             UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' \
             UNION ALL SELECT conrelid::regclass || ' ' || pg_get_constraintdef(oid) \
             FROM pg_constraint WHERE connamespace = 'public'::regnamespace ORDER BY 1"
        }
    };
    let lines: Vec<Line> = diesel::sql_query(question).load(conn)?;
    Ok(lines.into_iter().map(|row| row.line).collect())
}

both_databases! {
    async fn down_and_up_gives_the_same_schema(db: TestDatabase) {
        let store = Store::open(options(db.url())).await.unwrap();
        store.migrate().await.unwrap();
        let (before, between, after) = store
            .on_connection(|conn| {
                let before = schema(conn)?;
                migrations::revert(conn)?;
                let between = schema(conn)?;
                migrations::run(conn)?;
                Ok((before, between, schema(conn)?))
            })
            .await
            .unwrap();
        assert!(before.iter().any(|line| line.contains("records_feed")));
        assert!(between.iter().all(|line| line.contains("__diesel_schema_migrations")), "{between:?}");
        assert_eq!(before, after);
    }
}

#[test]
fn a_full_disk_is_unavailable_until_there_is_room_on_sqlite() {
    let db = TestDatabase::sqlite();
    run(async {
        let store = Store::open(options(db.url())).await.unwrap();
        store.migrate().await.unwrap();
        let limit =
            |pragma: &'static str| store.on_connection(move |conn| Ok(conn.batch_execute(pragma)?));
        let insert = || {
            let text = "x".repeat(100_000);
            store.write(Lane::Bulk, move |tx| tx.insert_manifest("1", "demo", &text))
        };
        limit("PRAGMA max_page_count = 1").await.unwrap();
        let error = insert().await.unwrap_err();
        assert!(
            matches!(&error, StoreError::Unavailable { reason, .. } if reason == "the disk is full"),
            "{error:?}"
        );
        limit("PRAGMA max_page_count = 1000000").await.unwrap();
        insert().await.unwrap();
        assert!(
            store
                .read(|tx| tx.find_manifest("1"))
                .await
                .unwrap()
                .is_some()
        );
    });
}

/// SQLite may undo the whole transaction under a job that goes on as if nothing had happened.
#[test]
fn a_transaction_that_was_undone_beneath_fails_every_job_on_sqlite() {
    let db = TestDatabase::sqlite();
    run(async {
        let store = Store::open(options(db.url())).await.unwrap();
        store.migrate().await.unwrap();
        let undone: Result<(), StoreError> = store
            .write(Lane::Control, |tx| {
                tx.insert_manifest("1", "demo", "a")?;
                tx.conn().batch_execute("ROLLBACK")?;
                Ok(())
            })
            .await;
        assert!(
            matches!(undone, Err(StoreError::Unavailable { .. })),
            "{undone:?}"
        );
        store
            .write(Lane::Control, |tx| tx.insert_manifest("2", "demo", "b"))
            .await
            .unwrap();
        let (first, second) = store
            .read(|tx| Ok::<_, StoreError>((tx.find_manifest("1")?, tx.find_manifest("2")?)))
            .await
            .unwrap();
        assert_eq!((first, second), (None, Some(("demo".into(), "b".into()))));
    });
}

#[test]
fn changes_are_told_after_their_commit_and_only_then() {
    let db = TestDatabase::sqlite();
    run(async {
        let store = Store::open(options(db.url())).await.unwrap();
        store.migrate().await.unwrap();
        let mut changes = store.subscribe();
        let change = |byte: u8| {
            let uuid = uuid::Uuid::from_bytes([byte; 16]);
            SyncChange {
                sync_id: SyncId::from_uuid(uuid),
                model_id: ModelId::from_uuid(uuid),
                organization_id: OrganizationId::from_uuid(uuid),
                status: Status::Queued,
            }
        };
        for (byte, fails) in [(1, true), (2, false)] {
            let change = change(byte);
            let _: Result<(), StoreError> = store
                .write(Lane::Control, move |tx| {
                    tx.announce(change);
                    if fails {
                        Err(StoreError::Conflict("no".into()))
                    } else {
                        Ok(())
                    }
                })
                .await;
        }
        assert_eq!(changes.try_recv(), Ok(change(2)));
        assert!(changes.try_recv().is_err());
    });
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    count: i64,
}

/// How many statements the connections of `store` keep prepared, as one of them sees it after all
/// have been busy.
async fn prepared(store: &Store) -> i64 {
    let ask = || {
        store.read(|tx| {
            tx.find_manifest("1")?;
            let count = diesel::sql_query("SELECT COUNT(*) AS count FROM pg_prepared_statements");
            Ok::<_, StoreError>(count.get_result::<Count>(tx.conn())?.count)
        })
    };
    let counts = four_at_once(ask).await;
    counts.into_iter().max().unwrap()
}

/// Asks several times at once, so that no connection is spared.
async fn four_at_once<T, F: Future<Output = Result<T, StoreError>>>(ask: impl Fn() -> F) -> Vec<T> {
    let (a, b, c, d) = tokio::join!(ask(), ask(), ask(), ask());
    [a, b, c, d].map(Result::unwrap).into()
}

#[test]
fn statements_stay_prepared_on_connections_of_postgres_itself() {
    let db = TestDatabase::postgres();
    run(async {
        let store = Store::open(options(db.url())).await.unwrap();
        store.migrate().await.unwrap();
        // That which begins a transaction, and the question.
        assert!((2..10).contains(&prepared(&store).await));
        assert!((2..10).contains(&prepared(&store).await));
    });
}

/// Several stores take turns on the same few connections of the server, where each would find the
/// names of the others.
#[test]
fn statements_do_not_stay_prepared_behind_a_pooler_of_postgres() {
    let db = TestDatabase::postgres();
    run(async {
        let one = Store::open(options(&db.pooled_url())).await.unwrap();
        let two = Store::open(options(&db.pooled_url())).await.unwrap();
        one.migrate().await.unwrap();
        for _ in 0..20 {
            let (left, right) = tokio::join!(
                one.write(Lane::Control, |tx| tx.insert_manifest("1", "demo", "a")),
                two.write(Lane::Bulk, |tx| tx.insert_manifest("1", "demo", "a")),
            );
            left.unwrap();
            right.unwrap();
            tokio::join!(prepared(&one), prepared(&two));
        }
        // What the first transactions of a connection left behind there is all there is.
        let before = prepared(&one).await;
        for id in ["2", "3", "4"] {
            for store in [&one, &two] {
                store
                    .write(Lane::Control, move |tx| tx.insert_manifest(id, "demo", "b"))
                    .await
                    .unwrap();
            }
        }
        assert!(before < 10, "{before}");
        assert_eq!(prepared(&one).await, before);
    });
}
