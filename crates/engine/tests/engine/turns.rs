//! Who runs next: turns, joins, slots, fairness, holds and schedules.

use chrono::Duration;
use syncline_domain::connection::Connection;
use syncline_domain::schedule::{Interval, Schedule, Timetable};
use syncline_domain::{OrganizationId, Status};
use syncline_engine::EngineOptions;
use syncline_engine::run::Ended;
use syncline_store::connections::ConnectionChange;
use syncline_store::page::PageRequest;
use syncline_store::retention::Rule;
use syncline_store::runs::Caps;
use syncline_store::syncs::{SyncFilter, SyncRequest};
use syncline_test_support::{TestDatabase, both_databases};

use crate::support::{Mode, World, finish_all};

impl World {
    async fn request_of(&self, organization_id: OrganizationId, connection: &Connection) {
        let scope = syncline_domain::scope::Scope::plain();
        let request = SyncRequest {
            organization_id,
            connection_id: connection.id,
            models: None,
            scope,
        };
        self.write(move |tx| tx.request_syncs(&request)).await;
    }

    async fn disable(&self, is_sync_disabled: bool) {
        let (organization, id) = (self.organization, self.connection.id);
        let change = ConnectionChange {
            is_sync_disabled: Some(is_sync_disabled),
            ..ConnectionChange::default()
        };
        self.write(move |tx| tx.update_connection(organization, id, change))
            .await;
    }

    /// The statuses of all syncs of the first organization, oldest first.
    async fn statuses(&self) -> String {
        let organization = self.organization;
        let list = self
            .read(move |tx| {
                let first = PageRequest {
                    after: None,
                    limit: 100,
                };
                tx.list_syncs_of_organization(organization, &SyncFilter::default(), first)
            })
            .await;
        let statuses = list
            .items
            .iter()
            .rev()
            .map(|sync| sync.lifecycle.status().as_str());
        statuses.collect::<Vec<_>>().join(", ")
    }
}

both_databases! {
    /// A request during a run waits for its turn, and a twin of it joins; both get what changed
    /// after the run began.
    async fn a_request_during_a_run_waits_and_is_joined(db: TestDatabase) {
        let world = World::new(db, Mode::FullPass).await;
        world.script.put(world.now(), &["a=1"]);
        let first = world.request().await;
        let worker = world.worker("w");
        let run = world.claim_one(&worker).await;
        world.pass(Duration::seconds(1));
        let second = world.request().await;
        assert_ne!(first, second);
        assert_eq!(world.request().await, second);
        assert_snapshot!(world.statuses().await, @"running, scheduled");
        assert!(worker.tick().await.unwrap().claimed.is_empty());
        run.finish().await;
        assert_snapshot!(world.statuses().await, @"complete, queued");
        world.script.put(world.now(), &["b=1"]);
        finish_all(worker.tick().await.unwrap()).await;
        assert_snapshot!(world.view(second).await, @r#"
        complete after 1 attempts
        at {"page":1}, initial: false, failures: 0 of 0
        1 by w: complete; 1 pages, 2 records: 1 added, 0 changed, 1 unchanged, 0 deleted; 2 requests
        records: 1:a=1, 2:b=1
        "#);
    }

    async fn no_more_is_claimed_than_there_are_slots(db: TestDatabase) {
        let world = World::new(db, Mode::FullPass).await;
        let (organization, connection) = world.add_connection("other", &["a", "b", "c"]).await;
        world.request_of(organization, &connection).await;
        let worker = world.worker_with(EngineOptions { slots: 2, ..World::options("w") });
        let mut runs = worker.tick().await.unwrap().claimed;
        assert_eq!(runs.len(), 2);
        assert_eq!(worker.free_slots(), 0);
        assert!(worker.tick().await.unwrap().claimed.is_empty());
        assert_eq!(runs.pop().unwrap().finish().await, Ended::Became(Status::Complete));
        assert_eq!(worker.tick().await.unwrap().claimed.len(), 1);
    }

    /// One tenant asked for much, another a moment later for little: both are served.
    async fn claims_are_fair_over_organizations(db: TestDatabase) {
        let world = World::new(db, Mode::FullPass).await;
        let (large, books) = world.add_connection("large", &["a", "b", "c", "d", "e", "f"]).await;
        world.request_of(large, &books).await;
        world.pass(Duration::seconds(1));
        let sync = world.request().await;
        let worker = world.worker_with(EngineOptions { slots: 2, ..World::options("w") });
        let runs = worker.tick().await.unwrap().claimed;
        assert!(runs.iter().any(|run| run.fence().sync_id == sync));
    }

    async fn caps_leave_syncs_queued(db: TestDatabase) {
        let world = World::new(db, Mode::FullPass).await;
        let (organization, connection) = world.add_connection("other", &["a", "b", "c"]).await;
        world.request_of(organization, &connection).await;
        world.request().await;
        let caps = Caps { per_connection: Some(1), ..Caps::default() };
        let worker = world.worker_with(EngineOptions { caps, ..World::options("w") });
        let runs = worker.tick().await.unwrap().claimed;
        assert_eq!(runs.len(), 2);
        assert!(worker.tick().await.unwrap().claimed.is_empty());
        for run in runs {
            run.finish().await;
        }
        assert_eq!(worker.tick().await.unwrap().claimed.len(), 1);
    }

    async fn a_disabled_connection_holds_its_syncs_until_it_is_enabled(db: TestDatabase) {
        let world = World::new(db, Mode::FullPass).await;
        world.script.put(world.now(), &["a=1"]);
        let sync = world.request().await;
        world.disable(true).await;
        assert_snapshot!(world.statuses().await, @"scheduled");
        world.pass(Duration::hours(1));
        assert!(world.worker("w").tick().await.unwrap().claimed.is_empty());
        world.disable(false).await;
        finish_all(world.worker("w").tick().await.unwrap()).await;
        assert_snapshot!(world.view(sync).await, @r#"
        complete after 1 attempts
        at {"page":1}, initial: true, failures: 0 of 0
        1 by w: complete; 1 pages, 1 records: 1 added, 0 changed, 0 unchanged, 0 deleted; 2 requests
        records: 1:a=1
        "#);
    }

    /// After a downtime there is one sync, not one for each tick that was missed.
    async fn a_schedule_makes_a_sync_when_it_is_due(db: TestDatabase) {
        let world = World::new(db, Mode::FullPass).await;
        let (organization, model) = (world.organization, world.model);
        let hourly = Timetable::exact(Schedule::Interval(Interval::new(3600).unwrap()));
        world.write(move |tx| tx.update_model_schedule(organization, model, Some(hourly))).await;
        let worker = world.worker("w");
        world.pass(Duration::minutes(59));
        let tick = worker.tick().await.unwrap();
        assert_eq!((tick.scheduled, tick.claimed.len()), (0, 0));
        world.pass(Duration::minutes(1));
        let tick = worker.tick().await.unwrap();
        assert_eq!((tick.scheduled, tick.claimed.len()), (1, 1));
        finish_all(tick).await;
        // One that nobody saw to for long stands for all that were missed, and comes soon.
        world.pass(Duration::hours(5) + Duration::minutes(2));
        let tick = worker.tick().await.unwrap();
        assert_eq!(tick.claimed.len(), 0);
        let mut claimed = Vec::new();
        for _ in 0..10 {
            world.pass(Duration::seconds(30));
            let tick = worker.tick().await.unwrap();
            claimed.push(tick.claimed.len());
            finish_all(tick).await;
        }
        assert_eq!(claimed.iter().sum::<usize>(), 1, "{claimed:?}");
        assert_snapshot!(world.statuses().await, @"complete, complete");
    }

    async fn what_is_too_old_goes_by_the_engines_own_settings(db: TestDatabase) {
        let world = World::new(db, Mode::FullPass).await;
        world.script.put(world.now(), &["a=1"]);
        for _ in 0..3 {
            world.sync().await;
            world.pass(Duration::seconds(1));
        }
        let worker = world.worker("w");
        for rule in Rule::ALL {
            assert_eq!(worker.apply_rule(rule, 1).await.unwrap(), 0);
        }
        world.pass(Duration::days(91));
        let mut removed = Vec::new();
        for rule in Rule::ALL {
            removed.push(worker.apply_rule(rule, 1).await.unwrap());
        }
        assert_eq!(removed[..2], [2, 2], "two syncs, each with its batch");
        assert_snapshot!(world.statuses().await, @"complete");
    }

    async fn a_deleted_connection_is_purged_in_batches(db: TestDatabase) {
        let world = World::new(db, Mode::FullPass).await;
        world.script.put(world.now(), &["a=1", "b=1", "c=1"]);
        world.sync().await;
        let waiting = world.request().await;
        let (organization, id) = (world.organization, world.connection.id);
        world.write(move |tx| tx.delete_connection(organization, id)).await;
        let worker = world.worker("w");
        assert!(worker.tick().await.unwrap().claimed.is_empty());
        let mut purged = 0;
        loop {
            match worker.purge(2).await.unwrap() {
                0 => break,
                some => purged += some,
            }
        }
        assert!(purged >= 3, "{purged} rows, the records among them");
        assert!(world.read(move |tx| tx.find_sync(organization, waiting)).await.is_none());
    }
}
