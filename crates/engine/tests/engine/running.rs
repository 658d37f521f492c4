//! The engine with its own tasks. Tests wait for what it tells, never for time.

use std::sync::Arc;

use syncline_domain::explain::{Fleet, Reason};
use syncline_domain::{Status, SyncId};
use syncline_engine::{Engine, EngineOptions};
use syncline_store::store::SyncChange;
use syncline_test_support::{TestDatabase, both_databases};
use tokio::sync::broadcast::Receiver;

use crate::support::{Fault, Gate, Mode, World};

impl World {
    async fn reason(&self, sync: SyncId) -> Reason {
        let organization = self.organization;
        let explained = self
            .store
            .read(move |tx| tx.explain_sync(organization, sync))
            .await;
        explained.unwrap().unwrap().1.reason
    }

    fn engine(&self, name: &str) -> Engine {
        Engine::start(
            self.store.clone(),
            Arc::new(self.script.clone()),
            Self::options(name),
        )
    }
}

async fn until(changes: &mut Receiver<SyncChange>, sync: SyncId, status: Status) {
    loop {
        let change = changes.recv().await.unwrap();
        if change.sync_id == sync && change.status == status {
            return;
        }
    }
}

both_databases! {
    async fn a_request_wakes_the_engine(db: TestDatabase) {
        let world = World::new(db, Mode::FullPass).await;
        world.script.put(world.now(), &["a=1", "b=1", "c=1"]);
        let mut changes = world.store.subscribe();
        let engine = world.engine("w");
        let sync = world.request().await;
        until(&mut changes, sync, Status::Complete).await;
        engine.shutdown().await;
        assert_snapshot!(world.view(sync).await, @r#"
        complete after 1 attempts
        at {"page":2}, initial: true, failures: 0 of 0
        1 by w: complete; 2 pages, 3 records: 3 added, 0 changed, 0 unchanged, 0 deleted; 3 requests
        records: 1:a=1, 2:b=1, 3:c=1
        "#);
    }

    /// The request to the provider is abandoned: its gate never opens.
    async fn a_cancel_stops_a_sync_that_waits_for_its_provider(db: TestDatabase) {
        let world = World::new(db, Mode::FullPass).await;
        world.script.put(world.now(), &["a=1", "b=1", "c=1"]);
        let gate = Gate::closed();
        world.script.fault(1, Fault::Gate(gate.clone()));
        let mut changes = world.store.subscribe();
        let engine = world.engine("w");
        let sync = world.request().await;
        gate.reached().await;
        let organization = world.organization;
        world.write(move |tx| tx.cancel_sync(organization, sync)).await;
        until(&mut changes, sync, Status::Cancelled).await;
        // The next sync of the model runs at once.
        let next = world.request().await;
        until(&mut changes, next, Status::Complete).await;
        engine.shutdown().await;
        assert!(world.view_sync(sync).await.starts_with("cancelled after 1 attempts"));
    }

    async fn a_shutdown_gives_back_what_runs(db: TestDatabase) {
        let world = World::new(db, Mode::FullPass).await;
        world.script.put(world.now(), &["a=1", "b=1", "c=1"]);
        let gate = Gate::closed();
        world.script.fault(1, Fault::Gate(gate.clone()));
        let mut changes = world.store.subscribe();
        let engine = world.engine("w");
        let sync = world.request().await;
        gate.reached().await;
        engine.shutdown().await;
        until(&mut changes, sync, Status::Queued).await;
        let view = world.view_sync(sync).await;
        assert!(view.starts_with("queued after 1 attempts"), "{view}");
        let engine = world.engine("v");
        until(&mut changes, sync, Status::Complete).await;
        engine.shutdown().await;
        assert_snapshot!(world.view_records().await, @"1:a=1, 2:b=1, 3:c=1");
    }

    /// A dropped engine is a crash: another one, alone on the database, takes over at its start.
    async fn an_engine_takes_over_from_a_crashed_one(db: TestDatabase) {
        let world = World::new(db, Mode::FullPass).await;
        world.script.put(world.now(), &["a=1", "b=1", "c=1"]);
        let gate = Gate::closed();
        world.script.fault(1, Fault::Gate(gate.clone()));
        let engine = world.engine("w");
        let sync = world.request().await;
        gate.reached().await;
        drop(engine);
        world.worker("next").rescue_all().await.unwrap();
        world.pass(chrono::Duration::minutes(1));
        let mut changes = world.store.subscribe();
        let engine = world.engine("v");
        until(&mut changes, sync, Status::Complete).await;
        engine.shutdown().await;
        assert!(world.view_sync(sync).await.contains("1 by w: rescue;"));
    }

    /// Looks again until the engine's first beat has landed; the test's own limit bounds it.
    async fn an_engine_is_known_from_its_start_to_its_shutdown(db: TestDatabase) {
        let world = World::new(db, Mode::FullPass).await;
        let sync = world.request().await;
        assert_eq!(world.reason(sync).await, Reason::NoWorker);
        let options = EngineOptions { slots: 0, ..World::options("w") };
        let engine = Engine::start(world.store.clone(), Arc::new(world.script.clone()), options);
        while world.reason(sync).await == Reason::NoWorker {
            tokio::task::yield_now().await;
        }
        let busy = Fleet { workers: 1, ..Fleet::default() };
        assert_eq!(world.reason(sync).await, Reason::WorkersBusy(busy));
        engine.shutdown().await;
        assert_eq!(world.reason(sync).await, Reason::NoWorker);
    }
}
