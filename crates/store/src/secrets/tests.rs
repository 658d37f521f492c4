//! What needs a look at the rows themselves.

use diesel::connection::SimpleConnection;
use serde_json::json;
use syncline_domain::{ConnectionId, OrganizationId};
use syncline_test_support::{TestDatabase, both_databases};

use super::envelope::tests::sealed_by_the_first_release;
use super::place::Place;
use super::*;
use crate::clock::Clock;
use crate::connections::NewConnection;
use crate::db::AnyConnection;
use crate::error::StoreError;
use crate::sql::Sql;
use crate::store::{Lane, Store, StoreOptions};
use crate::tx::Tx;

fn key(byte: u8) -> MasterKey {
    MasterKey::parse(&format!("{byte:02x}").repeat(32)).unwrap()
}

async fn open(db: &TestDatabase, keys: impl Into<MasterKeys>) -> Store {
    let store = Store::open(StoreOptions {
        database_url: db.url().to_owned(),
        master_keys: Some(keys.into()),
        clock: Clock::Database,
        pool_size: 2,
        group_size: StoreOptions::GROUP_SIZE,
        serves: true,
    })
    .await
    .unwrap();
    store.migrate().await.unwrap();
    store
}

async fn write<T: Send + 'static>(
    store: &Store,
    work: impl FnOnce(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
) -> T {
    store.write(Lane::Control, work).await.unwrap()
}

fn secrets(value: &str) -> Secrets {
    Secrets([("/token".to_owned(), json!(value))].into())
}

fn insert(tx: &mut Tx<'_>, value: &str) -> Result<(OrganizationId, ConnectionId), StoreError> {
    let organization_id = tx.find_or_insert_organization("acme")?.id;
    let connection = tx.insert_connection(NewConnection {
        organization_id,
        name: "Books".into(),
        provider_name: "demo".into(),
        api_url: None,
        is_on_premise: false,
        company: None,
        environment: None,
        config: serde_json::Map::new(),
        secrets: secrets(value),
        models: Vec::new(),
    })?;
    Ok((organization_id, connection.id))
}

/// This feature's migration, as each database has it: up and down.
macro_rules! migration {
    ($database:literal) => {
        [
            include_str!(concat!(
                "../../migrations/",
                $database,
                "/2026-11-26-000020_secret_documents/up.sql"
            )),
            include_str!(concat!(
                "../../migrations/",
                $database,
                "/2026-11-26-000020_secret_documents/down.sql"
            )),
        ]
    };
}

fn run_migration(tx: &mut Tx<'_>, index: usize) -> Result<(), StoreError> {
    let texts = match tx.conn() {
        AnyConnection::Sqlite(_) => migration!("sqlite"),
        AnyConnection::Postgres(_) => migration!("postgres"),
    };
    Ok(tx.conn().batch_execute(texts[index])?)
}

both_databases! {
    async fn what_is_moved_to_another_row_does_not_open(db: TestDatabase) {
        let store = open(&db, key(7)).await;
        let (org, one, two) = write(&store, |tx| {
            let (org, one) = insert(tx, "first")?;
            Ok((org, one, insert(tx, "second")?.1))
        })
        .await;
        write(&store, move |tx| {
            Sql::new(
                "UPDATE secret_documents SET sealed = (SELECT d.sealed FROM secret_documents d \
                 WHERE d.connection_id = ?) WHERE connection_id = ?",
            )
            .id(one.uuid())
            .id(two.uuid())
            .run(tx)
        })
        .await;
        let opened = store.read(move |tx| tx.read_connection_secrets(org, two)).await;
        let error = opened.unwrap_err();
        assert!(error.to_string().contains("belong to another row"), "{error}");
        assert!(error.to_string().contains(&two.to_string()), "{error}");
        let opened = store.read(move |tx| tx.read_connection_secrets(org, one)).await.unwrap();
        assert_eq!(opened.0, secrets("first").0);
    }

    async fn secrets_of_the_first_release_open_and_are_rewritten_by_rotation(db: TestDatabase) {
        let store = open(&db, key(7)).await;
        let (org, id) = write(&store, |tx| {
            let (org, id) = insert(tx, "not this")?;
            run_migration(tx, 1)?;
            let place = Place { organization_id: org, connection_id: id, purpose: Purpose::CONFIG };
            let clear = serde_json::to_vec(&secrets("of old").0).unwrap();
            let sealed = sealed_by_the_first_release(&key(7), &place, &clear);
            Sql::new("UPDATE connections SET sealed_secrets = ? WHERE id = ?")
                .blob(sealed)
                .id(id.uuid())
                .run(tx)?;
            run_migration(tx, 0)?;
            Ok((org, id))
        })
        .await;
        // Also under the key that it has, for its format is old.
        let uses = store.read(|tx| tx.list_key_uses()).await.unwrap();
        assert_eq!(uses, [KeyUse { key_id: key(7).id(), documents: 1, to_rotate: 1 }]);
        let read = |store: &Store| {
            let store = store.clone();
            async move { store.read(move |tx| tx.read_connection_secrets(org, id)).await.unwrap().0 }
        };
        assert_eq!(read(&store).await, secrets("of old").0);
        let done = write(&store, |tx| tx.rotate_secret_documents(None, 10)).await;
        assert_eq!((done.rotated, done.overtaken), (1, 0));
        assert_eq!(read(&store).await, secrets("of old").0);
        let uses = store.read(|tx| tx.list_key_uses()).await.unwrap();
        assert_eq!(uses, [KeyUse { key_id: key(7).id(), documents: 1, to_rotate: 0 }]);
    }

    async fn a_document_that_does_not_open_is_named_and_left(db: TestDatabase) {
        let store = open(&db, key(7)).await;
        let (_, torn) = write(&store, |tx| {
            let (org, torn) = insert(tx, "torn")?;
            insert(tx, "whole")?;
            Sql::new("UPDATE secret_documents SET sealed = ? WHERE connection_id = ?")
                .blob(vec![0; 90])
                .id(torn.uuid())
                .run(tx)?;
            Ok((org, torn))
        })
        .await;
        store.close().await;
        let store = open(&db, MasterKeys::from(key(8)).with(key(7))).await;
        let done = write(&store, |tx| tx.rotate_secret_documents(None, 10)).await;
        assert_eq!((done.rotated, done.overtaken), (1, 0));
        assert_eq!(done.unreadable, [format!("config of {torn}")]);
        let uses = store.read(|tx| tx.list_key_uses()).await.unwrap();
        assert_eq!(uses.iter().map(|key| key.to_rotate).sum::<i64>(), 1);
    }
}
