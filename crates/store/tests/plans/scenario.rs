//! A life of syncs that asks every question of a run and of a caller.

use chrono::Duration;
use serde_json::json;
use syncline_domain::Status;
use syncline_domain::access::Reach;
use syncline_domain::held::{HeldDecision, HeldStatus};
use syncline_domain::quota::Observation;
use syncline_domain::retry::RetryPolicy;
use syncline_domain::schedule::{Interval, Schedule, Timetable};
use syncline_domain::scope::Scope;
use syncline_store::clock::Clock;
use syncline_store::events::EventFilter;
use syncline_store::held::HeldFilter;
use syncline_store::models::NewModel;
use syncline_store::page::PageRequest;
use syncline_store::records::FeedPlace;
use syncline_store::retention::{Keep, Place, Rule};
use syncline_store::runs::{Caps, DeleteGuard, Fence, Unseen};
use syncline_store::secrets::{MasterKey, MasterKeys, Purpose, Secrets};
use syncline_store::store::{Lane, Store, StoreOptions};
use syncline_store::syncs::SyncFilter;
use syncline_store::workers::Slots;
use syncline_test_support::TestDatabase;

use crate::world::{LEASE, World, page, state, transient};

pub async fn run(db: &TestDatabase) {
    let world = World::new(db).await;
    let organization = world.organization;
    let model = world.model();
    runs(&world).await;
    held(&world).await;

    let fence = world.start(false).await;
    let caps = Caps {
        per_organization: Some(9),
        per_connection: Some(1),
        per_provider: Some(1),
    };
    world
        .try_request(Some(vec!["invoices".into()]), Scope::plain())
        .await
        .unwrap();
    world.claim_within(3, caps).await;
    world
        .write(move |tx| tx.renew_leases("w1", &[fence], LEASE))
        .await
        .unwrap();
    world.clock.advance(LEASE);
    for all in [false, true] {
        let policy = RetryPolicy::default();
        world
            .write(move |tx| tx.rescue_syncs(&policy, 0.5, all, 10))
            .await
            .unwrap();
    }
    world
        .write(move |tx| tx.retry_sync(organization, fence.sync_id))
        .await
        .unwrap();
    world.write(|tx| tx.enqueue_due_syncs(10)).await.unwrap();
    let fence = world.claim(1).await[0];
    world.write(move |tx| tx.release_sync(fence)).await.unwrap();
    world.cancel(fence.sync_id).await.unwrap();
    world
        .write(move |tx| tx.retry_sync(organization, fence.sync_id))
        .await
        .unwrap();

    let schedule = Timetable::exact(Schedule::Interval(Interval::new(60).unwrap()));
    world
        .write(move |tx| tx.update_model_schedule(organization, model, Some(schedule)))
        .await
        .unwrap();
    world.clock.advance(Duration::minutes(2));
    world
        .write(|tx| tx.create_scheduled_syncs(10))
        .await
        .unwrap();
    world.read(|tx| tx.next_due_at()).await;
    world.read(|tx| tx.count_queued_syncs(None)).await;
    world
        .read(move |tx| tx.count_queued_syncs(Some(organization)))
        .await;
    questions(&world, fence).await;
    let connection = world.connection.id;
    secrets(&world, db).await;
    quotas(&world).await;
    retention(&world).await;
    let found = NewModel {
        name: "found later".to_owned(),
        display_name: "Found later".to_owned(),
        unsupported_reason: None,
    };
    world
        .write(move |tx| {
            let (offered, gone) = (vec![found], Some("gone"));
            tx.refresh_models_of_connection(organization, connection, offered, gone)
        })
        .await
        .unwrap();
    world
        .write(move |tx| tx.delete_connection(organization, connection))
        .await
        .unwrap();
}

async fn runs(world: &World) {
    let all = [("a", json!(1)), ("b", json!(1)), ("c", json!(1))];
    world.full_pass(&all, Unseen::Gone).await;
    world
        .full_pass(&[("a", json!(2)), ("d", json!(1))], Unseen::Gone)
        .await;
    let suspect = || Unseen::Suspect {
        reason: "offset paging was resumed".into(),
    };
    world.full_pass(&[("a", json!(2))], suspect()).await;
    world.full_pass(&[("a", json!(2))], suspect()).await;
    let fence = world.start_scope(Scope::full_refresh(), true).await;
    let mut closing = page(1, &[("e", json!(1))]);
    closing.states = vec![state("", "1")];
    closing.warnings = vec![syncline_domain::attempt::Warning {
        code: "odd".into(),
        message: "odd".into(),
    }];
    world.commit(fence, closing).await.unwrap();
    world
        .commit(fence, page(2, &[("f", json!(1))]))
        .await
        .unwrap();
    world.fail(fence, transient("502")).await.unwrap();
    world.clock.advance(Duration::hours(1));
    world.write(|tx| tx.enqueue_due_syncs(10)).await.unwrap();
    let fence = world.claim(1).await[0];
    world.prove(fence, Unseen::Unknown).await;
    world.complete(fence).await.unwrap();
    let fence = world.start(false).await;
    let mut closing = page(1, &[]);
    closing.states = vec![state("", "2")];
    world.commit(fence, closing).await.unwrap();
    world.prove(fence, Unseen::Unknown).await;
    world.complete(fence).await.unwrap();
}

/// A pass whose deletes are held, among pages that spare some; and what is decided then.
async fn held(world: &World) {
    let (organization, connection, model) =
        (world.organization, world.connection.id, world.model());
    let fence = world.start(true).await;
    world
        .prove_within(
            fence,
            Unseen::Gone,
            DeleteGuard {
                share: 0.0,
                rows: 0,
            },
        )
        .await;
    world.complete(fence).await.unwrap();
    let fence = world.start(false).await;
    let brought = page(1, &[("a", json!(2))]);
    world.commit(fence, brought).await.unwrap();
    world.prove(fence, Unseen::Unknown).await;
    world.complete(fence).await.unwrap();
    let mut found = Vec::new();
    for bits in 0..4u32 {
        let filter = HeldFilter {
            reach: Reach::All,
            connection_id: Some(connection).filter(|_| bits & 1 != 0),
            model_id: Some(model).filter(|_| bits & 2 != 0),
            statuses: vec![HeldStatus::Held, HeldStatus::Undone],
        };
        let page = PageRequest {
            after: None,
            limit: 9,
        };
        found = world
            .read(move |tx| tx.list_held_deletes_of_organization(organization, &filter, page))
            .await
            .items;
    }
    let id = found[0].id;
    let page = PageRequest {
        after: Some("a".to_owned()),
        limit: 9,
    };
    world
        .read(move |tx| tx.list_held_records(organization, id, page))
        .await;
    for decision in [HeldDecision::Release, HeldDecision::Undo] {
        world
            .write(move |tx| tx.decide_held_deletes(organization, id, decision))
            .await
            .unwrap();
        assert!(world.read(|tx| tx.has_held_deletes_under_way()).await);
        while world
            .write(|tx| tx.work_off_held_deletes(9))
            .await
            .unwrap()
            .is_some()
        {}
    }
}

async fn questions(world: &World, fence: Fence) {
    let (organization, model) = (world.organization, world.model());
    let batch = world.request(Scope::full_refresh()).await.id;
    world
        .read(move |tx| tx.find_batch(organization, batch))
        .await;
    world.attempts(fence.sync_id).await;
    explanations(world).await;
    let record = world.records().await[0].id;
    world
        .read(move |tx| tx.find_record(organization, model, record))
        .await;
    world
        .read(move |tx| {
            tx.list_records_of_model(organization, model, Some(FeedPlace::at(2)), false, 9)
        })
        .await;
    let connection = Some(world.connection.id);
    let now = Some(world.now());
    for bits in 0..32u32 {
        let has = |bit: u32| bits & (1 << bit) != 0;
        let filter = SyncFilter {
            reach: Reach::All,
            connection_id: connection.filter(|_| has(0)),
            model_id: Some(model).filter(|_| has(1)),
            statuses: if has(2) {
                vec![Status::Running, Status::Failed]
            } else {
                Vec::new()
            },
            batch_id: Some(batch).filter(|_| has(3)),
            created_from: now.filter(|_| has(4)),
            created_before: now.filter(|_| has(4)),
        };
        for after in [None, Some(fence.sync_id)] {
            let (filter, page) = (filter.clone(), PageRequest { after, limit: 9 });
            world
                .read(move |tx| tx.list_syncs_of_organization(organization, &filter, page))
                .await;
        }
    }
    world
        .read(move |tx| tx.find_model(organization, model))
        .await;
    events(world, fence).await;
}

async fn events(world: &World, fence: Fence) {
    let (organization, connection, model) =
        (world.organization, world.connection.id, world.model());
    world.store.number_events(organization).await.unwrap();
    world
        .read(move |tx| tx.list_event_news(vec![organization]))
        .await;
    for bits in 0..8u32 {
        let has = |bit: u32| bits & (1 << bit) != 0;
        let filter = EventFilter {
            reach: Reach::All,
            connection_id: Some(connection).filter(|_| has(0)),
            model_id: Some(model).filter(|_| has(1)),
            sync_id: Some(fence.sync_id).filter(|_| has(2)),
        };
        world
            .read(move |tx| tx.list_events_of_organization(organization, &filter, Some(1), 9))
            .await;
    }
}

async fn secrets(world: &World, db: &TestDatabase) {
    let (organization, connection) = (world.organization, world.connection.id);
    for purpose in ["one", "two"] {
        world
            .write(move |tx| {
                let purpose = Purpose::new(purpose).unwrap();
                let secrets = Secrets([("a".to_owned(), json!("b"))].into());
                tx.replace_secret_document(organization, connection, &purpose, None, &secrets)
            })
            .await
            .unwrap();
    }
    let purpose = Purpose::new("one").unwrap();
    world
        .write(move |tx| {
            let (holder, lease) = (uuid::Uuid::from_u128(1), LEASE);
            tx.claim_credential(organization, connection, &purpose, holder, lease)?;
            tx.release_credential(connection, &purpose, holder)
        })
        .await
        .unwrap();
    let key = |byte: &str| MasterKey::parse(&byte.repeat(32)).unwrap();
    let store = Store::open(StoreOptions {
        database_url: db.url().to_owned(),
        master_keys: Some(MasterKeys::from(key("cd")).with(key("ab"))),
        clock: Clock::Database,
        pool_size: 1,
        group_size: StoreOptions::GROUP_SIZE,
        serves: false,
    })
    .await
    .unwrap();
    let mut after = None;
    for _ in 0..3 {
        let step = store
            .write(Lane::Bulk, |tx| tx.rotate_secret_documents(after, 1))
            .await;
        after = step.unwrap().next;
    }
    store.close().await;
    world
        .write(move |tx| {
            let purpose = Purpose::new("two").unwrap();
            tx.delete_secret_document(organization, connection, &purpose)
        })
        .await
        .unwrap();
}

async fn quotas(world: &World) {
    let connection = world.connection.id;
    for remaining in [9, 3] {
        let said = Observation {
            limit: Some(10),
            remaining: Some(remaining),
            resets_at: Some(world.now() + Duration::minutes(1)),
            ..Observation::default()
        };
        world
            .write(move |tx| tx.exchange_quota(connection, &[said], true))
            .await
            .unwrap();
    }
    world.read(move |tx| tx.has_quota(connection)).await;
}

/// What the runs left is old enough by now for each rule to find something.
async fn retention(world: &World) {
    world.clock.advance(Duration::days(400));
    for rule in Rule::ALL {
        world
            .write(move |tx| tx.apply_rule(rule, &Keep::default(), Place::default(), 1000))
            .await
            .unwrap();
    }
}

async fn explanations(world: &World) {
    let caps = Caps {
        per_organization: Some(1),
        per_connection: Some(1),
        per_provider: Some(1),
    };
    let slots = Slots {
        all: 1,
        for_scheduled: 1,
    };
    let organization = world.organization;
    let models = Some(vec![world.models[1].name.clone()]);
    let batch = world.try_request(models, Scope::plain()).await.unwrap();
    let id = batch.members[0].sync.id;
    world
        .write(move |tx| tx.announce_worker("w1", slots, caps, LEASE))
        .await
        .unwrap();
    world
        .read(move |tx| tx.explain_sync(organization, id))
        .await
        .unwrap();
    world.write(|tx| tx.withdraw_worker("w1")).await.unwrap();
}
