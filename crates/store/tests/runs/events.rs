//! Every change of a status is told once, in the order in which it happened.

use chrono::Duration;
use serde_json::json;
use syncline_domain::Status;
use syncline_domain::access::Reach;
use syncline_domain::scope::Scope;
use syncline_store::error::StoreError;
use syncline_store::events::{EventFilter, EventPage};
use syncline_store::retention::{Keep, Place, Rule};
use syncline_store::runs::Unseen;
use syncline_test_support::{TestDatabase, both_databases};

use crate::world::{World, page, transient};

impl World {
    /// A page of events, numbered first.
    pub async fn events(
        &self,
        filter: &EventFilter,
        after: Option<i64>,
        limit: i64,
    ) -> Result<EventPage, StoreError> {
        let (organization, filter) = (self.organization, filter.clone());
        self.store.number_events(organization).await?;
        self.store
            .read(move |tx| tx.list_events_of_organization(organization, &filter, after, limit))
            .await
    }

    async fn all_events(&self, filter: EventFilter) -> Vec<String> {
        told(&self.events(&filter, None, 1000).await.unwrap())
    }

    async fn purge_events(&self, limit: i64) -> usize {
        let step = move |tx: &mut syncline_store::tx::Tx<'_>| {
            tx.apply_rule(Rule::Events, &Keep::default(), Place::default(), limit)
        };
        self.write(step).await.unwrap().count
    }
}

/// Transition, statuses and attempt.
pub fn told(page: &EventPage) -> Vec<String> {
    let line = |event: &syncline_store::events::Event| {
        let name = event.transition.map_or("made", |kind| kind.as_str());
        let from = event.from.map_or("", Status::as_str);
        format!("{name} {from}>{} {}", event.to, event.attempt)
    };
    page.events.iter().map(line).collect()
}

both_databases! {
    async fn a_sync_leaves_an_event_for_each_change(db: TestDatabase) {
        let world = World::new(&db).await;
        let fence = world.start(true).await;
        let waits = world.request(Scope::full_refresh()).await.members[0].sync.id;
        world.commit(fence, page(1, &[("a", json!(1))])).await.unwrap();
        world.fail(fence, transient("502")).await.unwrap();
        world.clock.advance(Duration::hours(1));
        world.write(|tx| tx.enqueue_due_syncs(10)).await.unwrap();
        let fence = world.claim(1).await[0];
        world.prove(fence, Unseen::Unknown).await;
        world.complete(fence).await.unwrap();
        world.cancel(waits).await.unwrap();
        let all = world.events(&EventFilter::default(), None, 1000).await.unwrap();
        assert_eq!(told(&all), [
            "made >queued 0",
            "start queued>running 1",
            "made >scheduled 0",
            "retry running>pending_retry 1",
            "enqueue pending_retry>queued 1",
            "start queued>running 2",
            "complete running>complete 2",
            "enqueue scheduled>queued 0",
            "cancel queued>cancelled 0",
        ]);
        assert_eq!(all.events[3].error.as_deref(), Some("502"));
        assert_eq!(all.events.iter().filter(|event| event.error.is_some()).count(), 1);
        let numbers: Vec<i64> = all.events.iter().map(|event| event.number).collect();
        assert_eq!(numbers, (1..=9).collect::<Vec<_>>());

        let filter = EventFilter { sync_id: Some(waits), ..EventFilter::default() };
        assert_eq!(world.all_events(filter).await.len(), 3);
        let other = world.models[1].id;
        let filter = EventFilter { model_id: Some(other), ..EventFilter::default() };
        assert!(world.all_events(filter).await.is_empty());
        let filter = EventFilter { connection_id: Some(world.connection.id), ..EventFilter::default() };
        assert_eq!(world.all_events(filter).await.len(), 9);
    }

    async fn a_reader_comes_back_for_what_is_new(db: TestDatabase) {
        let world = World::new(&db).await;
        let filter = EventFilter::default();
        let empty = world.events(&filter, None, 2).await.unwrap();
        assert_eq!((empty.events.len(), empty.cursor, empty.has_more), (0, 0, false));
        let fence = world.start(false).await;
        let first = world.events(&filter, Some(0), 1).await.unwrap();
        assert_eq!((told(&first).len(), first.cursor, first.has_more), (1, 1, true));
        world.complete_all(fence).await;
        let rest = world.events(&filter, Some(1), 2).await.unwrap();
        assert_eq!(told(&rest), ["start queued>running 1", "complete running>complete 1"]);
        assert_eq!((rest.cursor, rest.has_more), (3, false));
        // Filtered rows are passed.
        let none = EventFilter { model_id: Some(world.models[1].id), ..filter };
        assert_eq!(world.events(&none, Some(0), 2).await.unwrap().cursor, 3);
    }

    async fn a_limited_reach_sees_its_connections(db: TestDatabase) {
        let world = World::new(&db).await;
        let (other, _) = world.connect("acme").await;
        let (third, _) = world.connect("acme").await;
        for connection in [&world.connection, &other, &third, &other] {
            world.clock.advance(Duration::seconds(1));
            let batch = world.request_of(connection, Some(vec!["customers".into()]), Scope::plain());
            let id = batch.await.unwrap().members[0].sync.id;
            world.cancel_of(connection, id).await;
        }
        let seen = |ids: Vec<_>, limit| {
            let filter = EventFilter { reach: Reach::Only(ids), ..EventFilter::default() };
            let world = &world;
            async move { world.events(&filter, Some(0), limit).await.unwrap() }
        };
        let numbers = |page: &EventPage| page.events.iter().map(|e| e.number).collect::<Vec<_>>();
        let both = seen(vec![third.id, world.connection.id], 3).await;
        assert_eq!(numbers(&both), [1, 2, 5]);
        assert!(both.has_more);
        assert_eq!(both.cursor, 5);
        assert_eq!(numbers(&seen(vec![other.id], 4).await), [3, 4, 7, 8]);
        let page = seen(Vec::new(), 4).await;
        assert_eq!((page.events.len(), page.cursor), (0, 8));
    }

    async fn old_events_go_and_older_cursors_expire(db: TestDatabase) {
        let world = World::new(&db).await;
        let filter = EventFilter::default();
        let fence = world.start(false).await;
        world.events(&filter, None, 1).await.unwrap();
        world.complete_all(fence).await;
        world.clock.advance(Duration::days(30));
        let fence = world.start(false).await;
        assert_eq!(world.purge_events(10).await, 0);
        world.clock.advance(Duration::seconds(1));
        assert_eq!(world.purge_events(2).await, 2);
        // The third was never read.
        assert_eq!(world.purge_events(2).await, 1);
        assert_eq!(world.purge_events(2).await, 0);
        for missed in 0..3 {
            let page = world.events(&filter, Some(missed), 10).await;
            assert!(matches!(page, Err(StoreError::EventsExpired)), "{missed}");
        }
        world.complete_all(fence).await;
        for after in [None, Some(3)] {
            let page = world.events(&filter, after, 10).await.unwrap();
            assert_eq!((page.events[0].number, page.events.len(), page.cursor), (4, 3, 6));
        }
    }

    async fn what_is_undone_leaves_no_event(db: TestDatabase) {
        let world = World::new(&db).await;
        let fence = world.start(false).await;
        let (organization, id) = (world.organization, fence.sync_id);
        let undone: Result<(), StoreError> = world
            .write(move |tx| {
                tx.cancel_sync(organization, id)?;
                Err(StoreError::Conflict("on second thought".into()))
            })
            .await;
        undone.unwrap_err();
        assert_eq!(world.all_events(EventFilter::default()).await.len(), 2);
    }
}
