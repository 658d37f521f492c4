//! Which master key opens a database.

use std::path::Path;

use syncline_store::error::StoreError;
use syncline_store::secrets::MasterKey;
use syncline_store::store::{Lane, Store, StoreOptions};
use syncline_test_support::{TestDatabase, both_databases, run};

use crate::harness::{books, key, open, options, organization, refusal};

fn without_key(url: &str) -> StoreOptions {
    StoreOptions {
        master_key: None,
        ..options(url)
    }
}

fn key_file(db: &TestDatabase) -> std::path::PathBuf {
    Path::new(&format!("{}.key", db.file().unwrap().display())).to_owned()
}

both_databases! {
    async fn another_key_is_refused(db: TestDatabase) {
        open(&db).await.close().await;
        let error = refusal(StoreOptions { master_key: Some(key(8)), ..options(db.url()) }).await;
        assert!(error.contains("encrypted with another master key"), "{error}");
        assert!(error.contains("SYNCLINE_MASTER_KEY"), "{error}");
        Store::open(options(db.url())).await.unwrap();
    }

    async fn a_key_that_comes_second_is_refused_when_it_migrates(db: TestDatabase) {
        let late = Store::open(StoreOptions { master_key: Some(key(8)), ..options(db.url()) }).await;
        open(&db).await;
        let error = late.unwrap().migrate().await.unwrap_err();
        assert!(matches!(error, StoreError::Open(_)), "{error:?}");
    }
}

#[test]
fn a_key_file_is_made_once_and_for_the_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let db = TestDatabase::sqlite();
    run(async {
        let store = Store::open(without_key(db.url())).await.unwrap();
        store.migrate().await.unwrap();
        let acme = organization(&store, "acme").await;
        let new = books(&acme);
        let id = store
            .write(Lane::Control, |tx| tx.insert_connection(new))
            .await
            .unwrap()
            .id;
        store.close().await;
        let mode = std::fs::metadata(key_file(&db))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
        let written = std::fs::read_to_string(key_file(&db)).unwrap();

        let store = Store::open(without_key(db.url())).await.unwrap();
        let secrets = store
            .read(move |tx| tx.read_connection_secrets(acme.id, id))
            .await
            .unwrap();
        assert_eq!(secrets.0.len(), 1);
        assert_eq!(std::fs::read_to_string(key_file(&db)).unwrap(), written);
    });
}

#[test]
fn a_key_file_that_is_gone_is_missed() {
    let db = TestDatabase::sqlite();
    run(async {
        let store = Store::open(without_key(db.url())).await.unwrap();
        store.migrate().await.unwrap();
        store.close().await;
        std::fs::remove_file(key_file(&db)).unwrap();
        let error = refusal(without_key(db.url())).await;
        assert!(error.contains("is missing: put it back"), "{error}");
        assert!(!key_file(&db).exists());
        std::fs::write(key_file(&db), "short").unwrap();
        let error = refusal(without_key(db.url())).await;
        assert!(error.contains("must be 32 bytes"), "{error}");
    });
}

#[test]
fn servers_on_postgres_need_a_key_and_others_as_soon_as_there_are_secrets() {
    let db = TestDatabase::postgres();
    run(async {
        let error = refusal(StoreOptions {
            serves: true,
            ..without_key(db.url())
        })
        .await;
        assert!(
            error.contains("SYNCLINE_MASTER_KEY or with --master-key-file"),
            "{error}"
        );
        let store = Store::open(without_key(db.url())).await.unwrap();
        store.migrate().await.unwrap();
        let new = books(&organization(&store, "acme").await);
        let error = store
            .write(Lane::Control, |tx| tx.insert_connection(new))
            .await
            .unwrap_err();
        assert!(error.to_string().contains("--master-key-file"), "{error}");
    });
}

#[test]
fn a_key_is_read_as_it_is_written_and_never_shown() {
    let key = MasterKey::generate();
    let text = key.to_text();
    assert_eq!(
        MasterKey::parse(&format!("  {text}\n")).unwrap().to_text(),
        text
    );
    assert_ne!(MasterKey::generate().to_text(), text);
    assert_eq!(format!("{key:?}"), "MasterKey(…)");
    let hex = "0a".repeat(32);
    assert_eq!(
        MasterKey::parse(&hex).unwrap().to_text(),
        "CgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgo="
    );
    for text in ["", "x", &hex[1..], &"é".repeat(32), &text[4..]] {
        assert!(MasterKey::parse(text).is_err(), "{text}");
    }
}
