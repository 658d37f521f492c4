//! Jitter, time zones and missed ticks: none is lost, none comes twice, many do not come at once,
//! and `next_sync_at` tells each beforehand.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};
use syncline_domain::ModelId;
use syncline_domain::schedule::{Cron, Interval, Schedule, Timetable};
use syncline_store::connections::ConnectionChange;
use syncline_store::models::{ModelChange, NewModel};
use syncline_store::page::PageRequest;
use syncline_test_support::{TestDatabase, both_databases};

use crate::world::World;

fn hourly() -> Timetable {
    Schedule::Interval(Interval::new(3600).unwrap()).into()
}

fn nightly() -> Timetable {
    let cron = Cron::new("30 2 * * *", "Europe/Paris").unwrap();
    Schedule::Cron(Box::new(cron)).into()
}

async fn set(world: &World, model: ModelId, schedule: Timetable) -> Option<DateTime<Utc>> {
    let organization = world.organization;
    world
        .write(move |tx| tx.update_model_schedule(organization, model, Some(schedule)))
        .await
        .unwrap()
        .model
        .next_sync_at
}

async fn tick(world: &World) {
    while world
        .write(|tx| tx.create_scheduled_syncs(10))
        .await
        .unwrap()
        == 10
    {}
}

async fn disable(world: &World, is_sync_disabled: bool) {
    let (organization, connection) = (world.organization, world.connection.id);
    let change = ConnectionChange {
        is_sync_disabled: Some(is_sync_disabled),
        ..ConnectionChange::default()
    };
    world
        .write(move |tx| tx.update_connection(organization, connection, change))
        .await
        .unwrap();
}

async fn enable(world: &World, is_read_enabled: bool) {
    let (organization, model) = (world.organization, world.model());
    let change = ModelChange {
        is_read_enabled: Some(is_read_enabled),
        ..ModelChange::default()
    };
    world
        .write(move |tx| tx.update_model(organization, model, change))
        .await
        .unwrap();
}

/// As both lists and the single model show it.
async fn next_sync_at(world: &World) -> Option<DateTime<Utc>> {
    let (organization, connection, model) =
        (world.organization, world.connection.id, world.model());
    let (one, some, all) = world
        .read(move |tx| {
            let page = PageRequest {
                after: None,
                limit: 100,
            };
            Ok((
                tx.find_model(organization, model)?.unwrap(),
                tx.list_models_of_connection(organization, connection, page)?
                    .items,
                tx.list_models_of_connections(organization, &[connection])?,
            ))
        })
        .await;
    for list in [some, all] {
        let found = list.iter().find(|view| view.model.id == model).unwrap();
        assert_eq!(found.model.next_sync_at, one.model.next_sync_at);
    }
    one.model.next_sync_at
}

fn syncs(world: &World) -> i64 {
    world.db_number("SELECT COUNT(*) FROM syncs")
}

/// Steps to the time that is told: nothing comes before it, one sync comes then.
async fn comes_as_told(world: &World) {
    let (before, next) = (syncs(world), next_sync_at(world).await.unwrap());
    assert!(next > world.now());
    world
        .clock
        .advance(next - world.now() - Duration::microseconds(1));
    tick(world).await;
    assert_eq!(syncs(world), before, "nothing comes before {next}");
    world.clock.advance(Duration::microseconds(1));
    tick(world).await;
    tick(world).await;
    assert_eq!(syncs(world), before + 1, "one comes at {next}");
    for fence in world.claim(10).await {
        world.cancel(fence.sync_id).await.unwrap();
    }
}

both_databases! {
    async fn ticks_come_when_they_are_told(db: TestDatabase) {
        let world = World::new(&db).await;
        world.clock.advance("2026-03-26T12:00:00Z".parse::<DateTime<Utc>>().unwrap() - world.now());
        for schedule in [nightly(), hourly(), Timetable::exact(hourly().schedule().clone())] {
            set(&world, world.model(), schedule).await;
            let mut told = Vec::new();
            for _ in 0..5 {
                told.push(next_sync_at(&world).await.unwrap());
                comes_as_told(&world).await;
            }
            assert!(told.is_sorted() && told[4] - told[0] >= Duration::hours(4), "{told:?}");
        }
    }

    async fn nothing_is_told_while_nothing_will_come_and_one_sync_stands_for_what_was_missed(db: TestDatabase) {
        let world = World::new(&db).await;
        let first = set(&world, world.model(), hourly()).await;
        disable(&world, true).await;
        assert_eq!(next_sync_at(&world).await, None);
        // Nothing was missed yet.
        disable(&world, false).await;
        assert_eq!(next_sync_at(&world).await, first);
        disable(&world, true).await;
        world.clock.advance(Duration::hours(5));
        tick(&world).await;
        assert_eq!(syncs(&world), 0);
        disable(&world, false).await;
        let soon = next_sync_at(&world).await.unwrap();
        assert!(soon <= world.now() + Duration::minutes(5));
        comes_as_told(&world).await;
        assert!(next_sync_at(&world).await.unwrap() > soon);

        enable(&world, false).await;
        assert_eq!(next_sync_at(&world).await, None);
        world.clock.advance(Duration::hours(5));
        enable(&world, true).await;
        comes_as_told(&world).await;
        comes_as_told(&world).await;
        assert_eq!(syncs(&world), 3);
    }

    async fn after_a_downtime_each_model_is_synced_once_and_not_all_at_the_same_time(db: TestDatabase) {
        let world = World::new(&db).await;
        let (organization, connection) = (world.organization, world.connection.id);
        let new = |number: i32| NewModel {
            name: format!("more{number}"),
            display_name: "More".to_owned(),
            unsupported_reason: None,
        };
        world
            .write(move |tx| tx.refresh_models_of_connection(organization, connection, (0..60).map(new).collect(), None))
            .await
            .unwrap();
        let models = world.read(move |tx| tx.list_models_of_connections(organization, &[connection])).await;
        let mut many = 0;
        for view in models.iter().filter(|view| view.model.is_read_enabled) {
            set(&world, view.model.id, Timetable::exact(hourly().schedule().clone())).await;
            many += 1;
        }
        // Nobody is there for ten hours, and nine ticks and a half.
        world.clock.advance(Duration::minutes(570));
        tick(&world).await;
        let (mut minutes, mut last) = (BTreeMap::<i64, i64>::new(), syncs(&world));
        for second in 0..300 {
            world.clock.advance(Duration::seconds(1));
            tick(&world).await;
            *minutes.entry(second / 60).or_default() += syncs(&world) - last;
            last = syncs(&world);
        }
        assert_eq!(last, many, "one for each model, of ten ticks");
        assert!(minutes.len() == 5 && minutes.values().all(|made| *made <= many / 2), "{minutes:?}");
        world.clock.advance(Duration::minutes(24));
        tick(&world).await;
        assert_eq!(syncs(&world), last, "the next tick is the regular one");
    }

    async fn a_schedule_that_cannot_be_read_stops_its_model_alone(db: TestDatabase) {
        let world = World::new(&db).await;
        set(&world, world.model(), nightly()).await;
        set(&world, world.models[1].id, Timetable::exact(hourly().schedule().clone())).await;
        world.db_execute("UPDATE models SET schedule_zone = 'Mars/Base' WHERE schedule_zone IS NOT NULL");
        world.db_execute("UPDATE models SET next_sync_at = (SELECT MIN(next_sync_at) FROM models) WHERE schedule_anchor IS NOT NULL");
        world.clock.advance(Duration::hours(1));
        tick(&world).await;
        assert_eq!(syncs(&world), 1);
    }
}
