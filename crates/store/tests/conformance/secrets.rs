//! Secret documents, and their change from one master key to another while they are in use.

use serde_json::json;
use syncline_domain::{ConnectionId, OrganizationId};
use syncline_store::connections::ConnectionChange;
use syncline_store::error::StoreError;
use syncline_store::secrets::{MasterKeys, Purpose, SecretVersion, SecretWritten, Secrets};
use syncline_store::store::{Lane, Store, StoreOptions};
use syncline_test_support::{TestDatabase, both_databases};

use crate::harness::{connection, key, open, options, organization, read, write};

fn secrets(value: impl Into<String>) -> Secrets {
    Secrets([("access_token".to_owned(), json!(value.into()))].into())
}

fn oauth() -> Purpose {
    Purpose::new("oauth").unwrap()
}

async fn replace(
    store: &Store,
    (org, id): (OrganizationId, ConnectionId),
    expected: Option<SecretVersion>,
    value: &'static str,
) -> Result<SecretWritten, StoreError> {
    store
        .write(Lane::Control, move |tx| {
            tx.replace_secret_document(org, id, &oauth(), expected, &secrets(value))
        })
        .await
}

fn version(written: SecretWritten) -> SecretVersion {
    match written {
        SecretWritten::Written(version) => version,
        SecretWritten::Overtaken(found) => panic!("overtaken by {found:?}"),
    }
}

fn overtaken(written: SecretWritten) -> Option<Secrets> {
    match written {
        SecretWritten::Written(_) => panic!("should have been overtaken"),
        SecretWritten::Overtaken(found) => found.map(|document| document.secrets),
    }
}

async fn with_keys(db: &TestDatabase, keys: MasterKeys) -> Store {
    let options = StoreOptions {
        master_keys: Some(keys),
        ..options(db.url())
    };
    Store::open(options).await.unwrap()
}

/// Steps of one rotation to the end of a pass; how many documents it rotated.
async fn pass(store: &Store, limit: i64) -> i64 {
    let mut sum = 0;
    let mut after = None;
    loop {
        let step = write(store, move |tx| tx.rotate_secret_documents(after, limit)).await;
        assert!(step.unreadable.is_empty(), "{step:?}");
        sum += step.rotated;
        after = step.next;
        if after.is_none() {
            return sum;
        }
    }
}

async fn left(store: &Store) -> i64 {
    let uses = read(store, |tx| tx.list_key_uses()).await;
    uses.iter().map(|used| used.to_rotate).sum()
}

#[test]
fn a_purpose_is_a_short_plain_name() {
    for name in [
        "config",
        "oauth",
        "a",
        "token:refresh-1.x_y",
        &"a".repeat(64),
    ] {
        assert_eq!(Purpose::new(name.to_owned()).unwrap().as_str(), name);
    }
    for name in ["", "A", "a b", "a/b", "é", "a\0", &"a".repeat(65)] {
        assert!(Purpose::new(name.to_owned()).is_err(), "{name}");
    }
}

both_databases! {
    async fn a_credential_is_never_written_over_a_newer_one(db: TestDatabase) {
        let store = open(&db).await;
        let acme = organization(&store, "acme").await;
        let at = (acme.id, connection(&store, &acme).await.id);
        let first = version(replace(&store, at, None, "one").await.unwrap());
        // Somebody who has not seen it, and somebody who has.
        assert_eq!(overtaken(replace(&store, at, None, "late").await.unwrap()).unwrap().0, secrets("one").0);
        let second = version(replace(&store, at, Some(first), "two").await.unwrap());
        assert_ne!(first, second);
        assert_eq!(overtaken(replace(&store, at, Some(first), "late").await.unwrap()).unwrap().0, secrets("two").0);
        let found = read(&store, move |tx| tx.find_secret_document(at.0, at.1, &oauth())).await.unwrap();
        assert_eq!((found.version, found.secrets.0), (second, secrets("two").0));
        // Gone and made again, it is another one.
        assert!(write(&store, move |tx| tx.delete_secret_document(at.0, at.1, &oauth())).await);
        assert!(!write(&store, move |tx| tx.delete_secret_document(at.0, at.1, &oauth())).await);
        assert!(overtaken(replace(&store, at, Some(second), "late").await.unwrap()).is_none());
        version(replace(&store, at, None, "three").await.unwrap());
        assert!(overtaken(replace(&store, at, Some(second), "late").await.unwrap()).is_some());
        // The secrets of the configuration are another document.
        let config = read(&store, move |tx| tx.read_connection_secrets(at.0, at.1)).await;
        assert_eq!(config.0, [("/token".to_owned(), json!("hunter2"))].into());
    }

    async fn documents_of_others_and_of_the_deleted_are_not_found(db: TestDatabase) {
        let store = open(&db).await;
        let acme = organization(&store, "acme").await;
        let globex = organization(&store, "globex").await.id;
        let at = (acme.id, connection(&store, &acme).await.id);
        version(replace(&store, at, None, "one").await.unwrap());
        let foreign = (globex, at.1);
        let is_missing = |error: StoreError| matches!(error, StoreError::NotFound { .. });
        assert!(is_missing(replace(&store, foreign, None, "x").await.unwrap_err()));
        let found = store.read(move |tx| tx.find_secret_document(globex, at.1, &oauth())).await;
        assert!(is_missing(found.unwrap_err()));
        let gone = store
            .write(Lane::Control, move |tx| tx.delete_secret_document(globex, at.1, &oauth()))
            .await;
        assert!(is_missing(gone.unwrap_err()));
        write(&store, move |tx| tx.delete_connection(at.0, at.1)).await;
        assert!(is_missing(replace(&store, at, None, "x").await.unwrap_err()));
        assert!(read(&store, |tx| tx.list_key_uses()).await.is_empty());
        write(&store, |tx| tx.purge_deleted(100)).await;
    }

    async fn a_rotation_changes_nothing_but_the_key(db: TestDatabase) {
        let store = open(&db).await;
        let acme = organization(&store, "acme").await;
        let mut ids = Vec::new();
        for _ in 0..5 {
            ids.push(connection(&store, &acme).await.id);
        }
        let at = (acme.id, ids[0]);
        let before = version(replace(&store, at, None, "one").await.unwrap());
        let both = with_keys(&db, MasterKeys::from(key(8)).with(key(7))).await;
        assert_eq!(left(&both).await, 6);
        assert_eq!(pass(&both, 4).await, 6);
        assert_eq!((left(&both).await, pass(&both, 4).await), (0, 0));
        let new = with_keys(&db, key(8).into()).await;
        let document = read(&new, move |tx| tx.find_secret_document(at.0, at.1, &oauth())).await.unwrap();
        assert_eq!((document.version, document.secrets.0), (before, secrets("one").0));
        for id in ids {
            let opened = read(&new, move |tx| tx.read_connection_secrets(at.0, id)).await;
            assert_eq!(opened.0["/token"], "hunter2");
        }
        // A refresh that began before the rotation may still write.
        version(replace(&both, at, Some(before), "two").await.unwrap());
        let opened = store.read(move |tx| tx.find_secret_document(at.0, at.1, &oauth())).await;
        assert!(opened.unwrap_err().to_string().contains(key(8).id().as_str()));
    }

    async fn a_rotation_without_the_old_key_says_which_is_missing(db: TestDatabase) {
        let store = open(&db).await;
        let acme = organization(&store, "acme").await;
        connection(&store, &acme).await;
        let new = with_keys(&db, key(8).into()).await;
        let error = new.write(Lane::Bulk, |tx| tx.rotate_secret_documents(None, 10)).await.unwrap_err();
        assert!(error.to_string().contains(key(7).id().as_str()), "{error}");
        assert_eq!(left(&new).await, 1);
    }

    /// Three rotations at once, and a writer that changes every connection and refreshes every
    /// credential meanwhile. It has the new key as its primary, as the servers must.
    async fn what_is_written_during_rotations_stays(db: TestDatabase) {
        const CONNECTIONS: usize = 12;
        const ROUNDS: usize = 8;
        let old = open(&db).await;
        let acme = organization(&old, "acme").await;
        let org = acme.id;
        let mut ids = Vec::new();
        for _ in 0..CONNECTIONS {
            let id = connection(&old, &acme).await.id;
            version(replace(&old, (org, id), None, "first").await.unwrap());
            ids.push(id);
        }
        old.close().await;
        let keys = || MasterKeys::from(key(8)).with(key(7));
        let mut rotations = Vec::new();
        for limit in [1, 2, 7] {
            let store = with_keys(&db, keys()).await;
            rotations.push(tokio::spawn(async move {
                let mut sum = 0;
                for _ in 0..ROUNDS {
                    sum += pass(&store, limit).await;
                }
                sum
            }));
        }
        let store = with_keys(&db, keys()).await;
        for round in 0..ROUNDS {
            // Every third stays as it is.
            for id in ids.iter().copied().enumerate().filter(|(index, _)| index % 3 > 0).map(|(_, id)| id) {
                write(&store, move |tx| {
                    let config = Some((serde_json::Map::new(), Secrets([("/token".to_owned(), json!(format!("config {round}")))].into())));
                    tx.update_connection(org, id, ConnectionChange { config, ..ConnectionChange::default() })?;
                    let read = tx.find_secret_document(org, id, &oauth())?.map(|document| document.version);
                    let value = format!("refreshed {round}");
                    tx.replace_secret_document(org, id, &oauth(), read, &secrets(value))
                })
                .await;
            }
        }
        let mut rotated = 0;
        for rotation in rotations {
            rotated += rotation.await.unwrap();
        }
        pass(&store, 5).await;
        assert_eq!(left(&store).await, 0);
        assert!(rotated <= 2 * CONNECTIONS as i64, "each at most once: {rotated}");
        store.close().await;
        let new = with_keys(&db, key(8).into()).await;
        for (index, id) in ids.into_iter().enumerate() {
            let (config, oauth) = read(&new, move |tx| {
                Ok((tx.read_connection_secrets(org, id)?, tx.find_secret_document(org, id, &oauth())?))
            })
            .await;
            let (token, access) = if index % 3 > 0 {
                (format!("config {}", ROUNDS - 1), format!("refreshed {}", ROUNDS - 1))
            } else {
                ("hunter2".to_owned(), "first".to_owned())
            };
            assert_eq!(config.0["/token"], token);
            assert_eq!(oauth.unwrap().secrets.0, secrets(access).0);
        }
    }
}
