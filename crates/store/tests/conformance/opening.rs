//! What can be opened, and what is said when it cannot.

use syncline_store::store::{Store, StoreOptions};
use syncline_test_support::{TestDatabase, both_databases, run};

use crate::harness::{open, options, organization, refusal};

both_databases! {
    async fn an_empty_database_opens_and_is_migrated_once(db: TestDatabase) {
        let store = Store::open(options(db.url())).await.unwrap();
        assert!(!store.is_migrated().await.unwrap());
        assert!(!store.migrate().await.unwrap().is_empty());
        assert!(store.is_migrated().await.unwrap());
        assert_eq!(store.migrate().await.unwrap(), Vec::<String>::new());
    }

    async fn several_may_migrate_at_once(db: TestDatabase) {
        let mut opened = Vec::new();
        for _ in 0..4 {
            opened.push(Store::open(options(db.url())).await.unwrap());
        }
        let migrations: Vec<_> = opened
            .into_iter()
            .map(|store| tokio::spawn(async move { store.migrate().await.unwrap().len() }))
            .collect();
        let mut ran = Vec::new();
        for migration in migrations {
            ran.push(migration.await.unwrap());
        }
        ran.retain(|count| *count > 0);
        assert_eq!(ran.len(), 1, "one of them ran them all: {ran:?}");
    }

    async fn a_closed_store_says_so(db: TestDatabase) {
        let store = open(&db).await;
        let clone = store.clone();
        store.close().await;
        let error = clone.read(|tx| tx.list_tokens(None)).await.unwrap_err();
        assert!(error.to_string().contains("closed"), "{error}");
        let error = clone
            .write(syncline_store::store::Lane::Bulk, |tx| tx.purge_deleted(1))
            .await
            .unwrap_err();
        assert!(error.to_string().contains("closed"), "{error}");
    }
}

#[test]
fn a_database_in_memory_is_one_for_reads_and_writes() {
    run(async {
        let store = Store::open(options("sqlite::memory:")).await.unwrap();
        store.migrate().await.unwrap();
        let acme = organization(&store, "acme").await;
        let found = store
            .read(|tx| tx.find_or_insert_organization("acme"))
            .await
            .unwrap();
        assert_eq!(found, acme);
        // A read that writes keeps nothing.
        store
            .read(|tx| tx.find_or_insert_organization("globex"))
            .await
            .unwrap();
        let again = store
            .read(|tx| tx.find_or_insert_organization("globex"))
            .await
            .unwrap();
        let first = organization(&store, "globex").await;
        assert_ne!(again.id, first.id);
    });
}

#[test]
fn readers_of_a_file_cannot_write() {
    let db = TestDatabase::sqlite();
    run(async {
        let store = open(&db).await;
        let error = store
            .read(|tx| tx.find_or_insert_organization("acme"))
            .await
            .unwrap_err();
        assert!(
            matches!(
                error,
                syncline_store::error::StoreError::Database(_)
                    | syncline_store::error::StoreError::Unavailable { .. }
            ),
            "{error:?}"
        );
    });
}

#[test]
fn readers_of_postgres_cannot_write() {
    let db = TestDatabase::postgres();
    run(async {
        let store = open(&db).await;
        let error = store
            .read(|tx| tx.find_or_insert_organization("acme"))
            .await
            .unwrap_err();
        assert!(
            matches!(error, syncline_store::error::StoreError::Database(_)),
            "{error:?}"
        );
    });
}

#[test]
fn a_second_server_on_a_file_is_refused_with_the_process_of_the_first() {
    let db = TestDatabase::sqlite();
    run(async {
        let serving = || StoreOptions {
            serves: true,
            ..options(db.url())
        };
        let first = Store::open(serving()).await.unwrap();
        let error = refusal(serving()).await;
        let expected = format!("is served by process {}; stop it", std::process::id());
        assert!(error.contains(&expected), "{error}");
        // Short commands may come in.
        Store::open(options(db.url())).await.unwrap();
        first.close().await;
        Store::open(serving()).await.unwrap();
    });
}

#[test]
fn what_cannot_be_opened_is_explained() {
    let db = TestDatabase::sqlite();
    let directory = db.directory().unwrap().display().to_string();
    run(async {
        for (url, part) in [
            ("mysql://h/d".to_owned(), "write sqlite:///absolute/path.db"),
            (
                format!("sqlite://{directory}/absent/x.db"),
                "there is no directory",
            ),
            (format!("sqlite://{directory}"), "is a directory"),
            (
                "postgres://nobody@127.0.0.1:1/none".to_owned(),
                "PostgreSQL cannot be used",
            ),
            (
                "postgres://nobody@127.0.0.1:1/none?sslmode=require".to_owned(),
                "Let pgbouncer do it",
            ),
        ] {
            let error = refusal(options(&url)).await;
            assert!(error.contains(part), "{error}");
        }
        std::fs::write(
            format!("{directory}/text.db"),
            "This is no database. ".repeat(99),
        )
        .unwrap();
        let error = refusal(options(&format!("sqlite://{directory}/text.db"))).await;
        assert!(error.contains("not a database"), "{error}");
    });
}
