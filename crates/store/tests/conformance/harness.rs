//! A migrated store, and the few things that most tests need in it.

use serde_json::{Map, json};
use syncline_domain::connection::Connection;
use syncline_store::clock::Clock;
use syncline_store::connections::NewConnection;
use syncline_store::error::StoreError;
use syncline_store::models::NewModel;
use syncline_store::organizations::Organization;
use syncline_store::secrets::{MasterKey, Secrets};
use syncline_store::store::{Lane, Store, StoreOptions};
use syncline_store::tx::Tx;
use syncline_test_support::TestDatabase;

/// Not a server, with the key of all tests.
pub fn options(url: &str) -> StoreOptions {
    StoreOptions {
        database_url: url.to_owned(),
        master_keys: Some(key(7).into()),
        clock: Clock::Database,
        pool_size: 4,
        group_size: StoreOptions::GROUP_SIZE,
        serves: false,
    }
}

/// A key of 32 equal bytes.
pub fn key(byte: u8) -> MasterKey {
    MasterKey::parse(&format!("{byte:02x}").repeat(32)).unwrap()
}

pub async fn open(db: &TestDatabase) -> Store {
    let store = Store::open(options(db.url())).await.unwrap();
    store.migrate().await.unwrap();
    store
}

/// What is wrong with opening it so.
pub async fn refusal(options: StoreOptions) -> String {
    match Store::open(options).await {
        Ok(_) => panic!("this should not open"),
        Err(error @ StoreError::Open(_)) => error.to_string(),
        Err(other) => panic!("should be an error of opening: {other:?}"),
    }
}

/// A change that goes through.
pub async fn write<T: Send + 'static>(
    store: &Store,
    work: impl FnOnce(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
) -> T {
    store.write(Lane::Control, work).await.unwrap()
}

/// A question that is answered.
pub async fn read<T: Send + 'static>(
    store: &Store,
    work: impl FnOnce(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
) -> T {
    store.read(work).await.unwrap()
}

pub async fn organization(store: &Store, name: &'static str) -> Organization {
    write(store, move |tx| tx.find_or_insert_organization(name)).await
}

/// With a secret, and the models customers and invoices.
pub fn books(organization: &Organization) -> NewConnection {
    NewConnection {
        organization_id: organization.id,
        name: "Books".into(),
        provider_name: "demo".into(),
        api_url: Some("https://books.example".into()),
        is_on_premise: false,
        company: None,
        environment: Some("sandbox".into()),
        config: Map::from_iter([("start".into(), json!("2024-01-01"))]),
        secrets: Secrets([("/token".into(), json!("hunter2"))].into()),
        models: ["customers", "invoices"]
            .map(|name| NewModel {
                name: name.into(),
                display_name: name.to_uppercase(),
                unsupported_reason: None,
            })
            .into(),
    }
}

pub async fn connection(store: &Store, organization: &Organization) -> Connection {
    let new = books(organization);
    write(store, |tx| tx.insert_connection(new)).await
}
