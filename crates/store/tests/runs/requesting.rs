//! Requests, joins and the turn.

use syncline_domain::scope::Scope;
use syncline_domain::{ConnectionId, Status};
use syncline_store::connections::ConnectionChange;
use syncline_store::error::StoreError;
use syncline_store::models::ModelChange;
use syncline_test_support::{TestDatabase, both_databases};

use crate::world::{World, transient};

fn range(year: i32) -> Scope {
    let start = format!("{year}-01-01T00:00:00Z").parse().unwrap();
    Scope::requested(Some(start), None, None, false).unwrap()
}

both_databases! {
    async fn a_request_makes_a_queued_sync_for_each_readable_model(db: TestDatabase) {
        let world = World::new(&db).await;
        let batch = world.try_request(None, Scope::plain()).await.unwrap();
        assert_eq!(batch.connection_id, world.connection.id);
        assert_eq!(batch.members.len(), 2, "the unsupported model is left out");
        for (member, model) in batch.members.iter().zip(&world.models) {
            let sync = &member.sync;
            assert!(!member.is_joined);
            assert_eq!(sync.model_id, model.id);
            assert_eq!(sync.lifecycle.status(), Status::Queued);
            assert_eq!(sync.lifecycle.attempt(), 0);
            assert_eq!(sync.batch_id, Some(batch.id));
            assert!(sync.is_one_off && sync.is_initial_sync);
            assert_eq!(world.sync(sync.id).await, *sync, "it is stored as it was answered");
        }
        let organization = world.organization;
        let id = batch.id;
        let found = world.read(move |tx| tx.find_batch(organization, id)).await.unwrap();
        assert_eq!(found.created_at, batch.created_at);
        let ids = |batch: &syncline_store::syncs::Batch| {
            batch.members.iter().map(|m| (m.sync.id, m.is_joined)).collect::<Vec<_>>()
        };
        assert_eq!(ids(&found), ids(&batch));
    }

    async fn models_are_named_by_id_or_name_and_wrong_ones_are_all_listed(db: TestDatabase) {
        let world = World::new(&db).await;
        let by_id = Some(vec![world.models[1].id.to_string(), "invoices".to_owned()]);
        let batch = world.try_request(by_id, Scope::plain()).await.unwrap();
        assert_eq!(batch.members.len(), 1);
        assert_eq!(batch.members[0].sync.model_id, world.models[1].id);

        let organization = world.organization;
        let invoices = world.models[1].id;
        let change = ModelChange { is_read_enabled: Some(false), ..ModelChange::default() };
        world.write(move |tx| tx.update_model(organization, invoices, change)).await.unwrap();
        let asked = ["customers", "nothing", "odd", "invoices"].map(str::to_owned).to_vec();
        let before = world.db_dump();
        match world.try_request(Some(asked), Scope::plain()).await {
            Err(StoreError::UnknownModels(names)) => {
                assert_eq!(names, ["nothing", "odd", "invoices"]);
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(world.db_dump(), before);
        let all = world.try_request(None, Scope::plain()).await.unwrap();
        assert_eq!(all.members.len(), 1, "a disabled model is left out");
    }

    async fn another_organizations_connection_is_not_there(db: TestDatabase) {
        let world = World::new(&db).await;
        let (mut foreign, _) = world.connect("umbrella").await;
        foreign.organization_id = world.organization;
        let refused = world.request_of(&foreign, None, Scope::plain()).await;
        assert!(matches!(refused, Err(StoreError::NotFound { what: "connection", .. })));
        let mut unknown = world.connection.clone();
        unknown.id = ConnectionId::from_parts(world.now(), [7; 10]);
        let refused = world.request_of(&unknown, None, Scope::plain()).await;
        assert!(matches!(refused, Err(StoreError::NotFound { what: "connection", .. })));
    }

    async fn a_request_joins_what_nobody_has_started(db: TestDatabase) {
        let world = World::new(&db).await;
        let first = world.request(Scope::plain()).await;
        let twin = world.request(Scope::plain()).await;
        assert!(twin.members[0].is_joined);
        assert_eq!(twin.members[0].sync.id, first.members[0].sync.id);
        assert_ne!(twin.id, first.id);
        assert_eq!(twin.members[0].sync.batch_id, Some(first.id), "the batch that made it");

        world.claim(1).await;
        let later = world.request(Scope::plain()).await;
        assert!(!later.members[0].is_joined, "its end predates the request");
        assert_eq!(later.members[0].sync.lifecycle.status(), Status::Scheduled);
        let again = world.request(Scope::plain()).await;
        assert!(again.members[0].is_joined);
        assert_eq!(again.members[0].sync.id, later.members[0].sync.id);
        let other = world.request(Scope::full_refresh()).await;
        assert!(!other.members[0].is_joined, "another scope is another sync");
    }

    async fn a_free_turn_goes_to_the_oldest_waiter(db: TestDatabase) {
        let world = World::new(&db).await;
        let fence = world.start(false).await;
        let mut waiting = Vec::new();
        for year in [2001, 2002] {
            world.clock.advance(chrono::Duration::seconds(1));
            waiting.push(world.request(range(year)).await.members[0].sync.id);
        }
        world.prove(fence, syncline_store::runs::Unseen::Unknown).await;
        world.complete(fence).await.unwrap();
        assert_eq!(world.status(waiting[0]).await, Status::Queued);
        assert_eq!(world.status(waiting[1]).await, Status::Scheduled);
        world.cancel(waiting[0]).await.unwrap();
        assert_eq!(world.status(waiting[1]).await, Status::Queued);
        let fence = world.claim(1).await[0];
        let third = world.request(range(2003)).await.members[0].sync.id;
        let failure = syncline_domain::retry::Failure::Permanent { message: "no".into() };
        world.fail(fence, failure).await.unwrap();
        assert_eq!(world.status(third).await, Status::Queued);
    }

    async fn a_retry_keeps_the_turn(db: TestDatabase) {
        let world = World::new(&db).await;
        let fence = world.start(false).await;
        world.fail(fence, transient("502")).await.unwrap();
        let waiter = world.request(Scope::plain()).await.members[0].sync.clone();
        assert_eq!(waiter.lifecycle.status(), Status::Scheduled);
        world.clock.advance(chrono::Duration::seconds(20));
        assert_eq!(world.write(|tx| tx.enqueue_due_syncs(10)).await.unwrap(), 1);
        assert_eq!(world.status(fence.sync_id).await, Status::Queued);
        assert_eq!(world.status(waiter.id).await, Status::Scheduled);
    }

    async fn a_disabled_connection_holds_what_is_queued(db: TestDatabase) {
        let world = World::new(&db).await;
        let queued = world.request(Scope::plain()).await.members[0].sync.id;
        let other = world.try_request(Some(vec!["invoices".into()]), Scope::plain()).await.unwrap();
        let other = other.members[0].sync.id;
        let fence = world.claim(10).await.into_iter().find(|f| f.sync_id == other).unwrap();
        world.write(move |tx| tx.release_sync(fence)).await.unwrap();
        // The first was claimed too: give it back, and forget that it ever began.
        let first = syncline_store::runs::Fence { sync_id: queued, attempt: 1 };
        world.write(move |tx| tx.release_sync(first)).await.unwrap();

        disable(&world, true).await;
        assert_eq!(world.status(queued).await, Status::PendingRetry);
        assert_eq!(world.status(other).await, Status::PendingRetry);
        let fresh = world.request(Scope::full_refresh()).await.members[0].sync.clone();
        assert_eq!(fresh.lifecycle.status(), Status::Scheduled);
        assert_eq!(world.write(|tx| tx.enqueue_due_syncs(10)).await.unwrap(), 0);
        assert_eq!(world.claim(10).await, []);

        disable(&world, false).await;
        assert_eq!(world.write(|tx| tx.enqueue_due_syncs(10)).await.unwrap(), 2);
        assert_eq!(world.status(queued).await, Status::Queued);
        assert_eq!(world.status(fresh.id).await, Status::Scheduled, "the retry has the turn");
    }

    async fn held_before_its_first_attempt_it_waits_again(db: TestDatabase) {
        let world = World::new(&db).await;
        let queued = world.request(Scope::plain()).await.members[0].sync.id;
        disable(&world, true).await;
        assert_eq!(world.status(queued).await, Status::Scheduled);
        let joined = world.request(Scope::plain()).await;
        assert_eq!((joined.members[0].sync.id, joined.members[0].is_joined), (queued, true));
        assert_eq!(joined.members[0].sync.lifecycle.status(), Status::Scheduled);
        disable(&world, false).await;
        let joined = world.request(Scope::plain()).await;
        assert_eq!(joined.members[0].sync.lifecycle.status(), Status::Queued, "its turn is free");
    }

    async fn only_a_completed_sync_makes_the_next_one_no_initial_sync(db: TestDatabase) {
        let world = World::new(&db).await;
        let narrow = world.start_scope(range(2020), false).await;
        world.prove(narrow, syncline_store::runs::Unseen::Unknown).await;
        world.complete(narrow).await.unwrap();
        let plain = world.start(false).await;
        let waiting = world.request(Scope::plain()).await.members[0].sync.clone();
        assert!(waiting.is_initial_sync, "as far as anybody knows");
        world.prove(plain, syncline_store::runs::Unseen::Unknown).await;
        assert!(world.complete(plain).await.unwrap().is_initial_sync);
        let fence = world.claim(1).await[0];
        assert_eq!(fence.sync_id, waiting.id);
        let settled = world.settle(fence, false).await;
        assert!(!settled.sync.is_initial_sync, "settled at its first start");
        let run = world.read(move |tx| tx.read_run(fence)).await;
        assert_eq!(run.sync, settled.sync, "what is stored is what is told");
        assert!(run.model.is_synced);
    }
}

async fn disable(world: &World, is_sync_disabled: bool) {
    let (organization, id) = (world.organization, world.connection.id);
    let change = ConnectionChange {
        is_sync_disabled: Some(is_sync_disabled),
        ..ConnectionChange::default()
    };
    world
        .write(move |tx| tx.update_connection(organization, id, change))
        .await
        .unwrap();
}
