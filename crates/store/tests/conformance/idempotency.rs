//! A request that comes again.

use syncline_domain::OrganizationId;
use syncline_store::clock::{Clock, FixedClock};
use syncline_store::error::StoreError;
use syncline_store::idempotency::{IdempotencyKey, StoredAnswer};
use syncline_store::store::{Lane, Store};
use syncline_test_support::{TestDatabase, both_databases};

use crate::harness::{open, options, organization, write};

fn request(organization_id: OrganizationId, key: &str, body: u8) -> IdempotencyKey {
    IdempotencyKey {
        organization_id,
        method: "POST".into(),
        path: "/v2/things".into(),
        key: key.into(),
        request_hash: [body; 32],
    }
}

fn answer() -> StoredAnswer {
    StoredAnswer {
        status: 201,
        headers: vec![("Location".into(), "/v2/things/1".into())],
        body: r#"{"id":"1"}"#.into(),
    }
}

/// What the same request is told when it comes now.
async fn come(store: &Store, key: IdempotencyKey) -> Result<Option<StoredAnswer>, StoreError> {
    store
        .write(Lane::Control, move |tx| tx.begin_idempotent(&key))
        .await
}

async fn serve(store: &Store, key: IdempotencyKey) {
    write(store, move |tx| {
        assert_eq!(tx.begin_idempotent(&key)?, None);
        tx.store_answer(&key, &answer())
    })
    .await;
}

both_databases! {
    async fn the_same_request_gets_the_same_answer(db: TestDatabase) {
        let store = open(&db).await;
        let acme = organization(&store, "acme").await.id;
        serve(&store, request(acme, "k", 1)).await;
        assert_eq!(come(&store, request(acme, "k", 1)).await.unwrap(), Some(answer()));
    }

    async fn another_body_is_a_mismatch(db: TestDatabase) {
        let store = open(&db).await;
        let acme = organization(&store, "acme").await.id;
        serve(&store, request(acme, "k", 1)).await;
        let refused = come(&store, request(acme, "k", 2)).await;
        assert!(matches!(refused, Err(StoreError::IdempotencyMismatch)));
    }

    async fn organization_path_and_key_tell_requests_apart(db: TestDatabase) {
        let store = open(&db).await;
        let acme = organization(&store, "acme").await.id;
        let globex = organization(&store, "globex").await.id;
        serve(&store, request(acme, "k", 1)).await;
        let other_path = IdempotencyKey { path: "/v2/others".into(), ..request(acme, "k", 1) };
        for key in [request(globex, "k", 1), request(acme, "l", 1), other_path] {
            assert_eq!(come(&store, key).await.unwrap(), None);
        }
    }

    async fn a_request_that_failed_left_nothing(db: TestDatabase) {
        let store = open(&db).await;
        let acme = organization(&store, "acme").await.id;
        let key = request(acme, "k", 1);
        let failed: Result<(), StoreError> = store
            .write(Lane::Control, move |tx| {
                tx.begin_idempotent(&key)?;
                tx.store_answer(&key, &answer())?;
                Err(StoreError::Conflict("no".into()))
            })
            .await;
        assert!(matches!(failed, Err(StoreError::Conflict(_))));
        assert_eq!(come(&store, request(acme, "k", 2)).await.unwrap(), None);
    }

    async fn an_answer_is_kept_for_a_day(db: TestDatabase) {
        let clock = FixedClock::at(chrono::DateTime::UNIX_EPOCH);
        let options = syncline_store::store::StoreOptions {
            clock: Clock::Fixed(clock.clone()),
            ..options(db.url())
        };
        let store = Store::open(options).await.unwrap();
        store.migrate().await.unwrap();
        let acme = organization(&store, "acme").await.id;
        serve(&store, request(acme, "k", 1)).await;
        clock.advance(chrono::Duration::hours(24) - chrono::Duration::microseconds(1));
        assert!(come(&store, request(acme, "k", 1)).await.unwrap().is_some());
        clock.advance(chrono::Duration::microseconds(1));
        serve(&store, request(acme, "k", 2)).await;
        assert!(matches!(
            come(&store, request(acme, "k", 1)).await,
            Err(StoreError::IdempotencyMismatch)
        ));
    }

    /// On PostgreSQL the second is told at once; on SQLite it comes after the first.
    async fn a_request_under_way_is_not_served_twice(db: TestDatabase) {
        let store = open(&db).await;
        let acme = organization(&store, "acme").await.id;
        let (begun, has_begun) = tokio::sync::oneshot::channel();
        let (go_on, may_go_on) = std::sync::mpsc::channel();
        let first = tokio::spawn({
            let (store, key) = (store.clone(), request(acme, "k", 1));
            async move {
                write(&store, move |tx| {
                    assert_eq!(tx.begin_idempotent(&key)?, None);
                    begun.send(()).unwrap();
                    may_go_on.recv().unwrap();
                    tx.store_answer(&key, &answer())
                })
                .await;
            }
        });
        has_begun.await.unwrap();
        if store.is_single_process() {
            go_on.send(()).unwrap();
            assert_eq!(come(&store, request(acme, "k", 1)).await.unwrap(), Some(answer()));
        } else {
            let refused = come(&store, request(acme, "k", 1)).await;
            assert!(matches!(refused, Err(StoreError::IdempotencyInFlight)));
            go_on.send(()).unwrap();
        }
        first.await.unwrap();
        assert_eq!(come(&store, request(acme, "k", 1)).await.unwrap(), Some(answer()));
    }
}
