//! What a source does wrong, and what becomes of the sync.

use chrono::Duration;
use syncline_store::clock::Clock;
use syncline_store::connections::ConnectionChange;
use syncline_store::error::StoreError;
use syncline_store::secrets::{MasterKey, MasterKeys, Secrets};
use syncline_store::store::{Lane, Store, StoreOptions};
use syncline_test_support::{TestDatabase, both_databases};

use crate::support::{Fault, Mode, World, finish_all};

async fn with_rows(db: TestDatabase) -> World {
    let world = World::new(db, Mode::FullPass).await;
    world.script.put(world.now(), &["a=1", "b=1", "c=1"]);
    world
}

/// Lets an hour pass and runs what is due.
async fn go_on(world: &World) {
    world.pass(Duration::hours(1));
    finish_all(world.worker("w").tick().await.unwrap()).await;
}

/// Gives the connection a secret, sealed with the first of these keys.
async fn seal(world: &World, url: &str, keys: [&str; 2]) {
    let [first, second] = keys.map(|byte| MasterKey::parse(&byte.repeat(32)).unwrap());
    let store = Store::open(StoreOptions {
        database_url: url.to_owned(),
        master_keys: Some(MasterKeys::from(first).with(second)),
        clock: Clock::Fixed(world.clock.clone()),
        pool_size: 1,
        group_size: StoreOptions::GROUP_SIZE,
        serves: false,
    });
    let (organization, id) = (world.organization, world.connection.id);
    let secrets = Secrets([("/token".to_owned(), "sesame".into())].into());
    let change = ConnectionChange {
        config: Some((serde_json::Map::new(), secrets)),
        ..ConnectionChange::default()
    };
    let store = store.await.unwrap();
    let sealed: Result<_, StoreError> = store
        .write(Lane::Control, move |tx| {
            tx.update_connection(organization, id, change)
        })
        .await;
    sealed.unwrap();
}

both_databases! {
    async fn a_missing_master_key_is_named_and_the_sync_goes_on_with_it(db: TestDatabase) {
        let url = db.url().to_owned();
        let world = with_rows(db).await;
        seal(&world, &url, ["08", "07"]).await;
        let sync = world.sync().await;
        let view = world.view_sync(sync).await;
        assert!(view.starts_with("pending_retry"), "{view}");
        assert!(view.contains("this server cannot open what it keeps: the master key"), "{view}");
        let missing = MasterKey::parse(&"08".repeat(32)).unwrap().id();
        assert!(view.contains(missing.as_str()) && view.contains("SYNCLINE_MASTER_KEY"), "{view}");
        seal(&world, &url, ["07", "08"]).await;
        go_on(&world).await;
        let view = world.view_sync(sync).await;
        assert!(view.starts_with("complete"), "{view}");
    }

    async fn a_failure_that_passes_is_tried_again_from_where_it_stood(db: TestDatabase) {
        let world = with_rows(db).await;
        world.script.fault(1, Fault::Transient);
        let sync = world.sync().await;
        assert_snapshot!(world.view(sync).await, @r#"
        pending_retry after 1 attempts, due 12:00:10: the provider hung up
        at {"page":1}, initial: true, failures: 1 of 1
        1 by w: retry; 1 pages, 2 records: 2 added, 0 changed, 0 unchanged, 0 deleted; 2 requests
        records: 1:a=1, 2:b=1
        "#);
        // It is not due yet.
        world.pass(Duration::seconds(9));
        assert!(world.worker("w").tick().await.unwrap().claimed.is_empty());
        world.pass(Duration::seconds(1));
        finish_all(world.worker("w").tick().await.unwrap()).await;
        assert_snapshot!(world.view(sync).await, @r#"
        complete after 2 attempts
        at {"page":2}, initial: true, failures: 0 of 1
        1 by w: retry; 1 pages, 2 records: 2 added, 0 changed, 0 unchanged, 0 deleted; 2 requests
        2 by w: complete; 1 pages, 1 records: 1 added, 0 changed, 0 unchanged, 0 deleted; 2 requests
        records: 1:a=1, 2:b=1, 3:c=1
        "#);
        assert_snapshot!(world.script.take_log(), @r"
        source m1
        open invoices at 0, -..12:00
        source m1
        open invoices at 1, -..12:00
        ");
    }

    async fn failures_without_progress_spend_the_budget(db: TestDatabase) {
        let world = with_rows(db).await;
        for _ in 0..5 {
            world.script.fault(1, Fault::Transient);
        }
        let sync = world.sync().await;
        for _ in 0..3 {
            go_on(&world).await;
        }
        assert_snapshot!(world.view_sync(sync).await, @r#"
        pending_retry after 4 attempts, due 15:01:20: the provider hung up
        at {"page":1}, initial: true, failures: 4 of 4
        1 by w: retry; 1 pages, 2 records: 2 added, 0 changed, 0 unchanged, 0 deleted; 2 requests
        2 by w: retry; 0 pages, 0 records: 0 added, 0 changed, 0 unchanged, 0 deleted; 1 requests
        3 by w: retry; 0 pages, 0 records: 0 added, 0 changed, 0 unchanged, 0 deleted; 1 requests
        4 by w: retry; 0 pages, 0 records: 0 added, 0 changed, 0 unchanged, 0 deleted; 1 requests
        "#);
        go_on(&world).await;
        assert_snapshot!(world.view_sync(sync).await, @r#"
        failed after 5 attempts, due 15:01:20: the provider hung up (gave up after 5 failures without progress)
        at {"page":1}, initial: true, failures: 4 of 4
        1 by w: retry; 1 pages, 2 records: 2 added, 0 changed, 0 unchanged, 0 deleted; 2 requests
        2 by w: retry; 0 pages, 0 records: 0 added, 0 changed, 0 unchanged, 0 deleted; 1 requests
        3 by w: retry; 0 pages, 0 records: 0 added, 0 changed, 0 unchanged, 0 deleted; 1 requests
        4 by w: retry; 0 pages, 0 records: 0 added, 0 changed, 0 unchanged, 0 deleted; 1 requests
        5 by w: fail; 0 pages, 0 records: 0 added, 0 changed, 0 unchanged, 0 deleted; 1 requests
        "#);
    }

    async fn the_provider_may_say_when_to_come_back(db: TestDatabase) {
        let world = with_rows(db).await;
        world.script.fault(1, Fault::Later(Some(world.now() + Duration::minutes(30))));
        let sync = world.sync().await;
        assert_snapshot!(world.view_sync(sync).await, @r#"
        pending_retry after 1 attempts, due 12:30:00: the provider said later
        at {"page":1}, initial: true, failures: 0 of 0
        1 by w: park; 1 pages, 2 records: 2 added, 0 changed, 0 unchanged, 0 deleted; 2 requests
        "#);
        world.pass(Duration::minutes(29));
        assert!(world.worker("w").tick().await.unwrap().claimed.is_empty());
        world.pass(Duration::minutes(1));
        finish_all(world.worker("w").tick().await.unwrap()).await;
        assert_snapshot!(world.view_sync(sync).await, @r#"
        complete after 2 attempts
        at {"page":2}, initial: true, failures: 0 of 0
        1 by w: park; 1 pages, 2 records: 2 added, 0 changed, 0 unchanged, 0 deleted; 2 requests
        2 by w: complete; 1 pages, 1 records: 1 added, 0 changed, 0 unchanged, 0 deleted; 2 requests
        "#);
    }

    async fn a_provider_that_only_says_later_is_given_up_after_a_day(db: TestDatabase) {
        let world = with_rows(db).await;
        for _ in 0..26 {
            world.script.fault(0, Fault::Later(None));
        }
        let sync = world.sync().await;
        for _ in 0..25 {
            go_on(&world).await;
        }
        let view = world.view_sync(sync).await;
        assert_snapshot!(view.lines().take(2).collect::<Vec<_>>().join("\n"), @r"
        failed after 25 attempts, due 11:01:00: the provider said later (the provider has said so for 24 hours without a page between)
        at {}, initial: true, failures: 0 of 0
        ");
    }

    async fn what_cannot_pass_fails_at_once(db: TestDatabase) {
        let world = with_rows(db).await;
        world.script.fault(1, Fault::Refused);
        let sync = world.sync().await;
        assert_snapshot!(world.view(sync).await, @r#"
        failed after 1 attempts, due 12:00:00: there is no such thing
        at {"page":1}, initial: true, failures: 0 of 0
        1 by w: fail; 1 pages, 2 records: 2 added, 0 changed, 0 unchanged, 0 deleted; 2 requests
        records: 1:a=1, 2:b=1
        "#);
        assert_snapshot!(world.view_health().await, @"healthy: None, authentication required: false, status: None, message: None");
    }

    async fn a_refused_credential_shows_on_the_connection_until_a_sync_completes(db: TestDatabase) {
        let world = with_rows(db).await;
        world.script.fault(0, Fault::Unauthorized);
        let sync = world.sync().await;
        assert_snapshot!(world.view_sync(sync).await, @r"
        failed after 1 attempts, due 12:00:00: the key is refused
        at {}, initial: true, failures: 0 of 0
        1 by w: fail; 0 pages, 0 records: 0 added, 0 changed, 0 unchanged, 0 deleted; 1 requests
        ");
        assert_snapshot!(world.view_health().await, @r#"healthy: Some(false), authentication required: true, status: Some(401), message: Some("the key is refused")"#);
        world.sync().await;
        assert_snapshot!(world.view_health().await, @"healthy: Some(true), authentication required: false, status: None, message: None");
    }

    async fn a_panic_of_a_source_fails_the_attempt_and_not_the_worker(db: TestDatabase) {
        let world = with_rows(db).await;
        world.script.fault_plan();
        world.script.fault(1, Fault::Panic);
        let sync = world.sync().await;
        assert_snapshot!(world.view_sync(sync).await, @r"
        pending_retry after 1 attempts, due 12:00:10: the connector stopped on a defect; the server's log says more
        at {}, initial: true, failures: 1 of 1
        1 by w: retry; 0 pages, 0 records: 0 added, 0 changed, 0 unchanged, 0 deleted; 0 requests
        ");
        go_on(&world).await;
        assert_snapshot!(world.view_sync(sync).await, @r#"
        pending_retry after 2 attempts, due 13:00:10: the connector stopped on a defect; the server's log says more
        at {"page":1}, initial: true, failures: 1 of 2
        1 by w: retry; 0 pages, 0 records: 0 added, 0 changed, 0 unchanged, 0 deleted; 0 requests
        2 by w: retry; 1 pages, 2 records: 2 added, 0 changed, 0 unchanged, 0 deleted; 1 requests
        "#);
        go_on(&world).await;
        assert_snapshot!(world.view_sync(sync).await, @r#"
        complete after 3 attempts
        at {"page":2}, initial: true, failures: 0 of 2
        1 by w: retry; 0 pages, 0 records: 0 added, 0 changed, 0 unchanged, 0 deleted; 0 requests
        2 by w: retry; 1 pages, 2 records: 2 added, 0 changed, 0 unchanged, 0 deleted; 1 requests
        3 by w: complete; 1 pages, 1 records: 1 added, 0 changed, 0 unchanged, 0 deleted; 2 requests
        "#);
    }
}
