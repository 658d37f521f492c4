//! Which master keys open a database.

use std::path::Path;

use syncline_store::error::StoreError;
use syncline_store::secrets::{MasterKey, MasterKeys, NotAKey};
use syncline_store::store::{Lane, Store, StoreOptions};
use syncline_test_support::{TestDatabase, both_databases, run};

use crate::harness::{books, connection, key, options, organization, refusal};

fn without_key(url: &str) -> StoreOptions {
    StoreOptions {
        master_keys: None,
        ..options(url)
    }
}

fn key_file(db: &TestDatabase) -> std::path::PathBuf {
    Path::new(&format!("{}.key", db.file().unwrap().display())).to_owned()
}

fn serving(url: &str, keys: impl Into<MasterKeys>) -> StoreOptions {
    StoreOptions {
        master_keys: Some(keys.into()),
        serves: true,
        ..options(url)
    }
}

async fn serve(db: &TestDatabase, keys: impl Into<MasterKeys>) -> Store {
    let store = Store::open(serving(db.url(), keys)).await.unwrap();
    store.migrate().await.unwrap();
    store
}

both_databases! {
    async fn a_server_with_another_key_is_refused_and_told_which_is_missing(db: TestDatabase) {
        let store = serve(&db, key(7)).await;
        store.close().await;
        for documents in ["the secrets in this database are", "2 secret documents are"] {
            let error = refusal(serving(db.url(), key(8))).await;
            assert!(error.contains(documents), "{error}");
            assert!(error.contains("encrypted with another master key"), "{error}");
            assert!(error.contains(key(7).id().as_str()), "{error}");
            assert!(error.contains("SYNCLINE_MASTER_KEY"), "{error}");
            let store = serve(&db, key(7)).await;
            let acme = organization(&store, "acme").await;
            connection(&store, &acme).await;
            connection(&store, &acme).await;
            store.close().await;
        }
    }

    async fn a_command_with_another_key_comes_in_and_opens_nothing(db: TestDatabase) {
        let store = serve(&db, key(7)).await;
        let acme = organization(&store, "acme").await;
        let id = connection(&store, &acme).await.id;
        let other = StoreOptions { master_keys: Some(key(8).into()), ..options(db.url()) };
        let command = Store::open(other).await.unwrap();
        command.migrate().await.unwrap();
        let read = command.read(move |tx| tx.read_connection_secrets(acme.id, id)).await;
        let error = read.unwrap_err();
        assert!(matches!(error, StoreError::Open(_)), "{error:?}");
        assert!(error.to_string().contains(key(7).id().as_str()), "{error}");
    }

    async fn the_first_key_seals_and_all_of_them_open(db: TestDatabase) {
        let store = serve(&db, key(7)).await;
        let acme = organization(&store, "acme").await;
        let (org, old) = (acme.id, connection(&store, &acme).await.id);
        store.close().await;
        let store = serve(&db, MasterKeys::from(key(8)).with(key(7))).await;
        let new = connection(&store, &acme).await.id;
        let ids = store.master_key_ids();
        assert_eq!(ids, [key(8).id(), key(7).id()]);
        let (uses, servers) = store
            .read(|tx| Ok::<_, StoreError>((tx.list_key_uses()?, tx.find_servers_key()?)))
            .await
            .unwrap();
        let of = |id| uses.iter().find(|used| used.key_id == id).unwrap();
        assert_eq!((of(key(7).id()).documents, of(key(7).id()).to_rotate), (1, 1));
        assert_eq!((of(key(8).id()).documents, of(key(8).id()).to_rotate), (1, 0));
        assert_eq!(servers, Some(key(8).id()));
        for id in [old, new] {
            let opened = store.read(move |tx| tx.read_connection_secrets(org, id)).await.unwrap();
            assert_eq!(opened.0.len(), 1);
        }
        store.close().await;
        let error = refusal(serving(db.url(), key(8))).await;
        assert!(error.contains(key(7).id().as_str()), "{error}");
        let error = refusal(serving(db.url(), key(7))).await;
        assert!(error.contains(key(8).id().as_str()), "{error}");
    }
}

#[test]
fn a_server_that_comes_second_with_another_key_is_refused_when_it_migrates_postgres() {
    let db = TestDatabase::postgres();
    run(async {
        let late = Store::open(serving(db.url(), key(8))).await.unwrap();
        serve(&db, key(7)).await;
        let error = late.migrate().await.unwrap_err();
        assert!(matches!(error, StoreError::Open(_)), "{error:?}");
    });
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
        let new = books(&organization(&store, "acme").await);
        let made = store.write(Lane::Control, |tx| tx.insert_connection(new));
        made.await.unwrap();
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

#[test]
fn keys_are_read_as_they_are_written_and_told_apart_by_their_ids() {
    let (one, two) = (key(1), key(2));
    let keys = MasterKeys::from(one.clone())
        .with(two.clone())
        .with(one.clone());
    let ids = |keys: &MasterKeys| keys.iter().map(MasterKey::id).collect::<Vec<_>>();
    assert_eq!(ids(&keys), [one.id(), two.id()]);
    assert_eq!(
        ids(&MasterKeys::parse(&keys.to_text()).unwrap()),
        ids(&keys)
    );
    let turned = keys.clone().with_primary(two.clone());
    assert_eq!(ids(&turned), [two.id(), one.id()]);
    let spaced = format!(
        " {},,{}\t# {}\n#{}",
        one.to_text(),
        "02".repeat(32),
        "nothing",
        "x"
    );
    assert_eq!(ids(&MasterKeys::parse(&spaced).unwrap()), ids(&keys));
    let shown = format!("{keys:?}");
    assert!(
        !shown.contains(&one.to_text()) && !shown.contains("0101"),
        "{shown}"
    );
    for (text, wrong) in [
        (String::new(), NotAKey::Only),
        ("# nothing".to_owned(), NotAKey::Only),
        ("short".to_owned(), NotAKey::Only),
        (format!("{},short", one.to_text()), NotAKey::Number(2)),
        (format!("short {}", one.to_text()), NotAKey::Number(1)),
    ] {
        assert_eq!(MasterKeys::parse(&text).unwrap_err(), wrong, "{text}");
        assert!(!wrong.to_string().contains("short"));
    }
}
