//! Models and their schedules.

use chrono::{DateTime, Duration};
use syncline_domain::model::DEFAULT_OVERLAP;
use syncline_domain::schedule::{Interval, Schedule, Timetable};
use syncline_store::clock::{Clock, FixedClock};
use syncline_store::error::StoreError;
use syncline_store::models::{ModelChange, NewModel};
use syncline_store::page::PageRequest;
use syncline_store::store::{Lane, Store, StoreOptions};
use syncline_test_support::{TestDatabase, both_databases};

use crate::harness::{books, connection, open, options, organization, read, write};

both_databases! {
    async fn models_come_in_the_order_of_their_making(db: TestDatabase) {
        let store = open(&db).await;
        let acme = organization(&store, "acme").await;
        let mut new = books(&acme);
        new.models = (0..7)
            .map(|i| NewModel {
                name: format!("m{i}"),
                display_name: format!("M {i}"),
                unsupported_reason: None,
            })
            .collect();
        let id = write(&store, |tx| tx.insert_connection(new)).await.id;
        let mut names = Vec::new();
        let mut after = None;
        loop {
            let page = read(&store, move |tx| {
                tx.list_models_of_connection(acme.id, id, PageRequest { after, limit: 3 })
            })
            .await;
            names.extend(page.items.into_iter().map(|view| view.model.name));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(names, ["m0", "m1", "m2", "m3", "m4", "m5", "m6"]);
    }

    async fn a_model_begins_enabled_unless_it_cannot_be_synced(db: TestDatabase) {
        let store = open(&db).await;
        let acme = organization(&store, "acme").await;
        let mut new = books(&acme);
        new.models[1].unsupported_reason = Some("needs Python".into());
        let id = write(&store, |tx| tx.insert_connection(new)).await.id;
        let org = acme.id;
        let views = read(&store, move |tx| tx.list_models_of_connections(org, &[id])).await;
        let [can, cannot] = views.as_slice() else { panic!("two models: {views:?}") };
        assert!(can.model.is_read_enabled && can.model.is_sync_supported());
        assert!(!cannot.model.is_read_enabled && !cannot.model.is_sync_supported());
        assert_eq!((can.model.overlap, can.model.is_synced), (DEFAULT_OVERLAP, false));
        assert!(can.last_sync.is_none());

        let model = cannot.model.id;
        let change = ModelChange { is_read_enabled: Some(true), ..ModelChange::default() };
        let refused = store.write(Lane::Control, move |tx| tx.update_model(org, model, change)).await;
        assert!(matches!(refused, Err(StoreError::Conflict(why)) if why.contains("needs Python")));
    }

    async fn a_model_changes(db: TestDatabase) {
        let store = open(&db).await;
        let acme = organization(&store, "acme").await;
        let (id, org) = (connection(&store, &acme).await.id, acme.id);
        let model = read(&store, move |tx| tx.list_models_of_connections(org, &[id])).await[0].model.id;
        let changed = write(&store, move |tx| {
            let change = ModelChange {
                is_read_enabled: Some(false),
                display_name: Some("People".into()),
                overlap: Some(Duration::hours(1)),
            };
            tx.update_model(org, model, change)
        })
        .await
        .model;
        assert!(!changed.is_read_enabled);
        assert_eq!((changed.display_name.as_str(), changed.overlap), ("People", Duration::hours(1)));
        assert!(changed.modified_at.is_some());
        let elsewhere = organization(&store, "globex").await.id;
        assert!(read(&store, move |tx| tx.find_model(elsewhere, model)).await.is_none());
    }

    async fn a_schedule_counts_from_its_making(db: TestDatabase) {
        let start = DateTime::from_timestamp_micros(1_700_000_000_000_000).unwrap();
        let clock = Clock::Fixed(FixedClock::at(start));
        let store = Store::open(StoreOptions { clock, ..options(db.url()) }).await.unwrap();
        store.migrate().await.unwrap();
        let acme = organization(&store, "acme").await;
        let (id, org) = (connection(&store, &acme).await.id, acme.id);
        let model = read(&store, move |tx| tx.list_models_of_connections(org, &[id])).await[0].model.id;
        let hourly = Timetable::exact(Schedule::Interval(Interval::new(3600).unwrap()));
        let set = hourly.clone();
        let model_set =
            write(&store, move |tx| tx.update_model_schedule(org, model, Some(set))).await.model;
        assert_eq!(model_set.schedule, Some(hourly));
        assert_eq!(model_set.schedule_anchor, Some(start));
        assert_eq!(model_set.next_sync_at, Some(start + Duration::hours(1)));
        let cleared = write(&store, move |tx| tx.update_model_schedule(org, model, None)).await.model;
        assert_eq!(
            (cleared.schedule, cleared.schedule_anchor, cleared.next_sync_at),
            (None, None, None)
        );
    }
}
