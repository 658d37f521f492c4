//! Records that a full pass did not see.

use std::sync::Arc;
use std::time::Duration;

use syncline_domain::held::HeldDecision;
use syncline_engine::run::Step;
use syncline_engine::{Engine, EngineOptions};
use syncline_store::held::HeldFilter;
use syncline_store::page::PageRequest;
use syncline_store::runs::DeleteGuard;
use syncline_store::tx::Tx;
use syncline_test_support::{TestDatabase, both_databases};

use crate::support::{Mode, World, finish_all};

both_databases! {
    async fn what_a_full_pass_did_not_see_is_gone(db: TestDatabase) {
        let world = World::new(db, Mode::FullPass).await;
        world.script.put(world.now(), &["a=1", "b=1", "c=1"]);
        world.sync().await;
        world.script.remove(&["b"]);
        let second = world.sync().await;
        assert_snapshot!(world.view(second).await, @r#"
        complete after 1 attempts
        at {"page":1}, initial: false, failures: 0 of 0
        1 by w: complete; 1 pages, 2 records: 0 added, 0 changed, 2 unchanged, 1 deleted; 2 requests
        records: 1:a=1, 3:c=1, 4:b=1 (gone)
        "#);
        world.script.put(world.now(), &["b=1"]);
        let third = world.sync().await;
        assert_snapshot!(world.view(third).await, @r#"
        complete after 1 attempts
        at {"page":2}, initial: false, failures: 0 of 0
        1 by w: complete; 2 pages, 3 records: 0 added, 1 changed, 2 unchanged, 0 deleted; 3 requests
        records: 1:a=1, 3:c=1, 5:b=1
        "#);
    }

    async fn an_empty_pass_deletes_nothing(db: TestDatabase) {
        let world = World::new(db, Mode::FullPass).await;
        world.script.put(world.now(), &["a=1"]);
        world.sync().await;
        world.script.remove(&["a"]);
        let second = world.sync().await;
        assert_snapshot!(world.view(second).await, @r"
        complete after 1 attempts
        at {}, initial: false, failures: 0 of 0
        1 by w: complete; 0 pages, 0 records: 0 added, 0 changed, 0 unchanged, 0 deleted; 1 requests; warning empty_full_pass
        records: 1:a=1
        ");
    }

    async fn deletes_above_the_threshold_are_held(db: TestDatabase) {
        let world = World::new(db, Mode::FullPass).await;
        world.script.put(world.now(), &["a=1", "b=1", "c=1", "d=1"]);
        world.sync().await;
        world.script.remove(&["a", "b"]);
        let guard = DeleteGuard { share: 0.2, rows: 1 };
        let worker = world.worker_with(EngineOptions { delete_guard: guard, ..World::options("w") });
        let second = world.request().await;
        finish_all(worker.tick().await.unwrap()).await;
        assert_snapshot!(world.view(second).await, @r#"
        complete after 1 attempts
        at {"page":1}, initial: false, failures: 0 of 0
        1 by w: complete; 1 pages, 2 records: 0 added, 0 changed, 2 unchanged, 0 deleted; 2 requests; warning deletes_held
        records: 1:a=1, 2:b=1, 3:c=1, 4:d=1
        "#);
    }

    /// One worker dies behind its first batch; an engine goes on.
    async fn what_somebody_releases_is_deleted_by_any_process(db: TestDatabase) {
        let world = World::new(db, Mode::FullPass).await;
        world.script.put(world.now(), &["a=1", "b=1", "c=1", "d=1", "e=1"]);
        world.sync().await;
        world.script.remove(&["a", "b", "d"]);
        let guard = DeleteGuard { share: 0.2, rows: 1 };
        let options = EngineOptions { delete_guard: guard, ..World::options("w") };
        let worker = world.worker_with(options.clone());
        world.request().await;
        finish_all(worker.tick().await.unwrap()).await;
        let organization = world.organization;
        let page = PageRequest { after: None, limit: 1 };
        let filter = HeldFilter::default();
        let held = world
            .read(move |tx| tx.list_held_deletes_of_organization(organization, &filter, page))
            .await;
        let id = held.items[0].id;
        let decide = move |decision| {
            move |tx: &mut Tx<'_>| tx.decide_held_deletes(organization, id, decision).map(drop)
        };
        world.write(decide(HeldDecision::Release)).await;
        assert!(worker.work_off_held(1).await.unwrap());
        assert_eq!(world.view_records().await, "2:b=1, 3:c=1, 4:d=1, 5:e=1, 6:a=1 (gone)");
        drop(worker);
        let options = EngineOptions { held_interval: Duration::ZERO, ..options };
        let engine = Engine::start(world.store.clone(), Arc::new(world.script.clone()), options);
        for (decision, records) in [
            (None, "3:c=1, 5:e=1, 6:a=1 (gone), 7:b=1 (gone), 8:d=1 (gone)"),
            (Some(HeldDecision::Undo), "3:c=1, 5:e=1, 9:a=1, 10:b=1, 11:d=1"),
        ] {
            if let Some(decision) = decision {
                world.write(decide(decision)).await;
            }
            while world.read(|tx| tx.has_held_deletes_under_way()).await {
                tokio::task::yield_now().await;
            }
            assert_eq!(world.view_records().await, records);
        }
        engine.shutdown().await;
    }

    async fn a_doubtful_pass_needs_a_second_one(db: TestDatabase) {
        let world = World::new(db, Mode::FullPass).await;
        world.script.put(world.now(), &["a=1", "b=1", "c=1"]);
        world.sync().await;
        world.script.remove(&["b"]);
        world.script.set_doubt(Some("an answer was ignored"));
        let second = world.sync().await;
        assert_snapshot!(world.view(second).await, @r#"
        complete after 1 attempts
        at {"page":1}, initial: false, failures: 0 of 0
        1 by w: complete; 1 pages, 2 records: 0 added, 0 changed, 2 unchanged, 0 deleted; 2 requests; warning deletes_suspected
        records: 1:a=1, 2:b=1, 3:c=1
        "#);
        let third = world.sync().await;
        assert_snapshot!(world.view(third).await, @r#"
        complete after 1 attempts
        at {"page":1}, initial: false, failures: 0 of 0
        1 by w: complete; 1 pages, 2 records: 0 added, 0 changed, 2 unchanged, 1 deleted; 2 requests; warning deletes_suspected
        records: 1:a=1, 3:c=1, 4:b=1 (gone)
        "#);
    }

    /// The sweep is cut between two batches; another worker goes on with it and asks the provider
    /// nothing.
    async fn a_sweep_goes_on_where_it_stood(db: TestDatabase) {
        let world = World::new(db, Mode::FullPass).await;
        let rows = ["a=1", "b=1", "c=1", "d=1", "e=1"];
        world.script.put(world.now(), &rows);
        world.sync().await;
        world.script.remove(&["a", "b", "c"]);
        let options = EngineOptions { sweep_batch: 1, ..World::options("w") };
        let second = world.request().await;
        let mut run = world.claim_one(&world.worker_with(options)).await;
        world.step_until(&mut run, Step::Swept { deleted: 1 }).await;
        run.release();
        run.finish().await;
        world.script.take_log();
        finish_all(world.worker("v").tick().await.unwrap()).await;
        assert_snapshot!(world.view(second).await, @r#"
        complete after 2 attempts
        at {"page":1}, initial: false, failures: 0 of 0
        1 by w: release; 1 pages, 2 records: 0 added, 0 changed, 2 unchanged, 1 deleted; 2 requests
        2 by v: complete; 0 pages, 0 records: 0 added, 0 changed, 0 unchanged, 2 deleted; 0 requests
        records: 4:d=1, 5:e=1, 6:a=1 (gone), 7:b=1 (gone), 8:c=1 (gone)
        "#);
        assert_snapshot!(world.script.take_log(), @"");
    }
}
