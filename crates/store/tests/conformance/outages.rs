//! The database goes and comes back.

use diesel::{Connection, PgConnection, RunQueryDsl};
use syncline_store::error::StoreError;
use syncline_store::store::Lane;
use syncline_store::tokens::NewToken;
use syncline_test_support::{TestDatabase, run};

use crate::harness::{open, organization, read};

const TERMINATE: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
    WHERE datname = current_database() AND pid <> pg_backend_pid()";

fn terminate(db: &TestDatabase) {
    let mut conn = PgConnection::establish(db.url()).unwrap();
    diesel::sql_query(TERMINATE).execute(&mut conn).unwrap();
}

#[test]
fn connections_to_postgres_that_died_are_replaced_unnoticed() {
    let db = TestDatabase::postgres();
    run(async {
        let store = open(&db).await;
        // Several stand idle in both pools.
        let acme = organization(&store, "acme").await;
        let readers: Vec<_> = (0..4)
            .map(|_| {
                let store = store.clone();
                tokio::spawn(async move { read(&store, |tx| tx.list_tokens(None)).await })
            })
            .collect();
        for reader in readers {
            reader.await.unwrap();
        }
        terminate(&db);
        assert_eq!(organization(&store, "acme").await, acme);
        read(&store, |tx| tx.list_tokens(None)).await;
    });
}

#[test]
fn a_transaction_whose_connection_to_postgres_dies_is_unavailable_and_undone() {
    let db = TestDatabase::postgres();
    let url = db.url().to_owned();
    run(async {
        let store = open(&db).await;
        let error = store
            .write(Lane::Control, move |tx| {
                tx.find_or_insert_organization("acme")?;
                let mut conn = PgConnection::establish(&url).unwrap();
                diesel::sql_query(TERMINATE).execute(&mut conn).unwrap();
                tx.find_or_insert_organization("globex")
            })
            .await
            .unwrap_err();
        assert!(matches!(error, StoreError::Unavailable { .. }), "{error:?}");
        let (acme, since) = (
            organization(&store, "acme").await,
            organization(&store, "new").await,
        );
        assert!(acme.id < since.id);
    });
}

#[test]
fn a_swallowed_error_does_not_pass_for_a_commit_on_postgres() {
    let db = TestDatabase::postgres();
    run(async {
        let store = open(&db).await;
        let acme = organization(&store, "acme").await;
        let result: Result<(), StoreError> = store
            .write(Lane::Control, move |tx| {
                tx.insert_token(NewToken::admin(acme.id, [1; 32]))?;
                // The second of a hash violates a unique index, and breaks the transaction.
                assert!(tx.insert_token(NewToken::admin(acme.id, [1; 32])).is_err());
                Ok(())
            })
            .await;
        assert!(
            matches!(result, Err(StoreError::Unavailable { .. })),
            "{result:?}"
        );
        assert_eq!(read(&store, |tx| tx.list_tokens(None)).await, []);
    });
}
