//! Schedules become syncs when they are due.

use chrono::Duration;
use syncline_domain::Status;
use syncline_domain::schedule::{Interval, Schedule, Timetable};
use syncline_domain::scope::Scope;
use syncline_store::connections::ConnectionChange;
use syncline_store::models::ModelChange;
use syncline_test_support::{TestDatabase, both_databases};

use crate::world::World;

async fn schedule(world: &World, seconds: i64) {
    let (organization, model) = (world.organization, world.model());
    let schedule = Timetable::exact(Schedule::Interval(Interval::new(seconds).unwrap()));
    world
        .write(move |tx| tx.update_model_schedule(organization, model, Some(schedule)))
        .await
        .unwrap();
}

async fn tick(world: &World) -> usize {
    world
        .write(|tx| tx.create_scheduled_syncs(10))
        .await
        .unwrap()
}

async fn next_sync_at(world: &World) -> Option<chrono::DateTime<chrono::Utc>> {
    let (organization, model) = (world.organization, world.model());
    world
        .read(move |tx| tx.find_model(organization, model))
        .await
        .unwrap()
        .model
        .next_sync_at
}

both_databases! {
    async fn a_tick_makes_a_sync_and_sets_the_next_one(db: TestDatabase) {
        let world = World::new(&db).await;
        let anchor = world.now();
        schedule(&world, 3600).await;
        assert_eq!(tick(&world).await, 0);
        let due = anchor + Duration::hours(1);
        assert_eq!(world.read(|tx| tx.next_due_at()).await, Some(due));
        // The scheduler is late by less than a minute; ticks do not drift.
        world.clock.advance(Duration::minutes(60) + Duration::seconds(59));
        assert_eq!(tick(&world).await, 1);
        assert_eq!(tick(&world).await, 0);
        assert_eq!(next_sync_at(&world).await, Some(anchor + Duration::hours(2)));
        let fence = world.claim(10).await[0];
        let sync = world.sync(fence.sync_id).await;
        assert!(!sync.is_one_off);
        assert_eq!((sync.batch_id, sync.model_id, sync.scope), (None, world.model(), Scope::plain()));
    }

    async fn a_tick_joins_what_waits(db: TestDatabase) {
        let world = World::new(&db).await;
        schedule(&world, 60).await;
        let batch = world.request(Scope::plain()).await;
        world.clock.advance(Duration::minutes(1));
        assert_eq!(tick(&world).await, 1);
        assert_eq!(world.db_number("SELECT COUNT(*) FROM syncs"), 1);
        let fence = world.claim(1).await[0];
        assert_eq!(fence.sync_id, batch.members[0].sync.id);
        world.clock.advance(Duration::minutes(1));
        assert_eq!(tick(&world).await, 1);
        world.clock.advance(Duration::minutes(1));
        assert_eq!(tick(&world).await, 1);
        assert_eq!(world.db_number("SELECT COUNT(*) FROM syncs"), 2, "one runs, one waits");
    }

    async fn a_disabled_connection_or_model_makes_the_tick_wait(db: TestDatabase) {
        let world = World::new(&db).await;
        schedule(&world, 60).await;
        let (organization, connection, model) = (world.organization, world.connection.id, world.model());
        let switch = |is_sync_disabled| {
            let change = ConnectionChange { is_sync_disabled: Some(is_sync_disabled), ..ConnectionChange::default() };
            world.write(move |tx| tx.update_connection(organization, connection, change))
        };
        let enable = |is_read_enabled| {
            let change = ModelChange { is_read_enabled: Some(is_read_enabled), ..ModelChange::default() };
            world.write(move |tx| tx.update_model(organization, model, change))
        };
        switch(true).await.unwrap();
        world.clock.advance(Duration::seconds(150));
        assert_eq!(tick(&world).await, 0);
        assert_eq!(world.read(|tx| tx.next_due_at()).await, None);
        enable(false).await.unwrap();
        switch(false).await.unwrap();
        assert_eq!(tick(&world).await, 0);
        enable(true).await.unwrap();
        tick(&world).await;
        assert!(world.db_number("SELECT COUNT(*) FROM syncs") <= 1, "one at most for all that were missed");
        assert!(next_sync_at(&world).await.unwrap() > world.now());
        world.clock.advance(Duration::seconds(60));
        tick(&world).await;
        assert_eq!(world.db_number("SELECT COUNT(*) FROM syncs"), 1);
    }

    async fn ticks_that_race_make_one_sync(db: TestDatabase) {
        let world = World::new(&db).await;
        schedule(&world, 60).await;
        world.clock.advance(Duration::minutes(1));
        let ticks: Vec<_> = (0..6)
            .map(|_| {
                let store = world.store.clone();
                tokio::spawn(async move {
                    store
                        .write(syncline_store::store::Lane::Control, |tx| {
                            let made = tx.create_scheduled_syncs(10)?;
                            tx.enqueue_due_syncs(10)?;
                            Ok::<_, syncline_store::error::StoreError>(made)
                        })
                        .await
                        .unwrap()
                })
            })
            .collect();
        let mut made = 0;
        for tick in ticks {
            made += tick.await.unwrap();
        }
        assert_eq!(made, 1);
        assert_eq!(world.db_number("SELECT COUNT(*) FROM syncs"), 1);
    }

    /// Several due syncs of one model, and several processes that enqueue: one has the turn.
    async fn enqueues_that_race_give_the_turn_once(db: TestDatabase) {
        let world = World::new(&db).await;
        let (organization, connection) = (world.organization, world.connection.id);
        let change = |disabled| ConnectionChange { is_sync_disabled: Some(disabled), ..ConnectionChange::default() };
        let off = change(true);
        world.write(move |tx| tx.update_connection(organization, connection, off)).await.unwrap();
        for scope in [Scope::plain(), Scope::full_refresh()] {
            world.try_request(None, scope).await.unwrap();
        }
        let on = change(false);
        world.write(move |tx| tx.update_connection(organization, connection, on)).await.unwrap();
        let all: Vec<_> = (0..6)
            .map(|_| {
                let store = world.store.clone();
                tokio::spawn(async move {
                    store.write(syncline_store::store::Lane::Control, |tx| tx.enqueue_due_syncs(10)).await.unwrap()
                })
            })
            .collect();
        let mut queued = 0;
        for one in all {
            queued += one.await.unwrap();
        }
        assert_eq!(queued, 2, "one for each model");
        let plain: Vec<_> = world.claim(10).await;
        assert_eq!(plain.len(), 2);
        for fence in plain {
            let sync = world.sync(fence.sync_id).await;
            assert_eq!((sync.scope, sync.lifecycle.status()), (Scope::plain(), Status::Running));
        }
    }
}
