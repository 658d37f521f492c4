//! Processes on one PostgreSQL hear what the others commit.

use std::time::Duration;

use diesel::{Connection, PgConnection, RunQueryDsl};
use syncline_domain::{OrganizationId, Status};
use syncline_store::store::{Hearing, Lane, Store, SyncChange};
use syncline_store::syncs::SyncRequest;
use syncline_test_support::{TestDatabase, run};
use tokio::sync::broadcast::Receiver;

use crate::harness::{connection, open, options, organization, write};

/// Long enough for a busy machine; what comes, comes at once.
const PATIENCE: Duration = Duration::from_secs(30);

async fn until(store: &mut tokio::sync::watch::Receiver<Hearing>, hearing: Hearing) {
    tokio::time::timeout(PATIENCE, store.wait_for(|now| *now == hearing))
        .await
        .unwrap()
        .unwrap();
}

/// Makes a sync of each of two models; what is told of them.
async fn request(store: &Store) -> Vec<SyncChange> {
    let acme = organization(store, "acme").await;
    let made = connection(store, &acme).await;
    let request = SyncRequest {
        organization_id: acme.id,
        connection_id: made.id,
        models: None,
        scope: syncline_domain::scope::Scope::plain(),
    };
    let batch = write(store, move |tx| tx.request_syncs(&request)).await;
    let members = batch.members.into_iter();
    members
        .map(|member| SyncChange {
            sync_id: member.sync.id,
            model_id: member.sync.model_id,
            organization_id: member.sync.organization_id,
            status: member.sync.lifecycle.status(),
        })
        .collect()
}

async fn cancel(store: &Store, organization: OrganizationId, change: &SyncChange) {
    let id = change.sync_id;
    store
        .write(Lane::Control, move |tx| tx.cancel_sync(organization, id))
        .await
        .unwrap();
}

async fn next(changes: &mut Receiver<SyncChange>) -> SyncChange {
    tokio::time::timeout(PATIENCE, changes.recv())
        .await
        .unwrap()
        .unwrap()
}

#[test]
fn what_one_process_commits_the_others_on_postgres_hear_once() {
    let db = TestDatabase::postgres();
    run(async {
        let (here, there) = (
            open(&db).await,
            Store::open(options(db.url())).await.unwrap(),
        );
        let mut hearing = here.listen(None).unwrap();
        until(&mut hearing, Hearing::Yes).await;
        let mut changes = here.subscribe();
        let told = request(&there).await;
        assert!(!told.is_empty() && told.iter().all(|change| change.status == Status::Queued));
        for expected in &told {
            assert_eq!(next(&mut changes).await, *expected);
        }
        // Its own come once, not once more by the notification.
        let own = request(&here).await;
        for expected in &own {
            assert_eq!(next(&mut changes).await, *expected);
        }
        cancel(&there, told[0].organization_id, &told[0]).await;
        let cancelled = SyncChange {
            status: Status::Cancelled,
            ..told[0]
        };
        assert_eq!(next(&mut changes).await, cancelled);
        // Nothing is told of what is undone.
        let (organization, id) = (told[0].organization_id, told[1 % told.len()].sync_id);
        let undone: Result<(), syncline_store::error::StoreError> = there
            .write(Lane::Control, move |tx| {
                tx.cancel_sync(organization, id)?;
                Err(syncline_store::error::StoreError::Conflict("no".into()))
            })
            .await;
        undone.unwrap_err();
        cancel(&there, own[0].organization_id, &own[0]).await;
        assert_eq!(next(&mut changes).await.sync_id, own[0].sync_id);
        here.close().await;
    });
}

#[test]
fn a_connection_that_listens_to_postgres_is_made_again() {
    let db = TestDatabase::postgres();
    run(async {
        let (here, there) = (
            open(&db).await,
            Store::open(options(db.url())).await.unwrap(),
        );
        let mut hearing = here.listen(None).unwrap();
        until(&mut hearing, Hearing::Yes).await;
        let mut conn = PgConnection::establish(db.url()).unwrap();
        diesel::sql_query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
             WHERE datname = current_database() AND query LIKE 'LISTEN%'",
        )
        .execute(&mut conn)
        .unwrap();
        until(&mut hearing, Hearing::No).await;
        until(&mut hearing, Hearing::Yes).await;
        let mut changes = here.subscribe();
        let told = request(&there).await;
        assert_eq!(next(&mut changes).await, told[0]);
    });
}

#[test]
fn behind_a_pooler_of_postgres_a_process_knows_that_it_is_deaf_and_hears_by_the_servers_own_url() {
    let db = TestDatabase::postgres();
    run(async {
        drop(open(&db).await);
        let pooled = db.pooled_url();
        let (here, there) = (
            Store::open(options(&pooled)).await.unwrap(),
            Store::open(options(&pooled)).await.unwrap(),
        );
        let mut hearing = here.listen(None).unwrap();
        until(&mut hearing, Hearing::Deaf).await;
        let mut hearing = here.listen(Some(db.url())).unwrap();
        until(&mut hearing, Hearing::Yes).await;
        let mut changes = here.subscribe();
        let told = request(&there).await;
        assert_eq!(next(&mut changes).await, told[0]);
    });
}

/// Nobody hears anything on SQLite, where nobody else serves.
#[test]
fn on_sqlite_there_is_nobody_to_hear() {
    let db = TestDatabase::sqlite();
    run(async {
        let store = open(&db).await;
        assert_eq!(*store.listen(None).unwrap().borrow(), Hearing::No);
    });
}
