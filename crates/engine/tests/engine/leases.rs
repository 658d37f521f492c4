//! Who may write: cancels, lost leases, late workers, orderly goodbyes.

use chrono::Duration;
use syncline_domain::Status;
use syncline_engine::run::{Ended, Step};
use syncline_test_support::{TestDatabase, both_databases};

use crate::support::{Mode, World, finish_all};

async fn with_rows(db: TestDatabase) -> World {
    let world = World::new(db, Mode::FullPass).await;
    world
        .script
        .put(world.now(), &["a=1", "b=1", "c=1", "d=1", "e=1"]);
    world
}

both_databases! {
    async fn a_cancelled_sync_takes_no_further_page(db: TestDatabase) {
        let world = with_rows(db).await;
        let sync = world.request().await;
        let worker = world.worker("w");
        let mut run = world.claim_one(&worker).await;
        run.step().await;
        run.step().await;
        let organization = world.organization;
        world.write(move |tx| tx.cancel_sync(organization, sync)).await;
        assert_eq!(run.step().await, Step::Ended(Ended::Lost));
        assert_eq!(run.step().await, Step::Ended(Ended::Lost));
        assert_snapshot!(world.view(sync).await, @r#"
        cancelled after 1 attempts
        at {"page":1}, initial: true, failures: 0 of 0
        1 by w: cancel; 1 pages, 2 records: 2 added, 0 changed, 0 unchanged, 0 deleted; 1 requests
        records: 1:a=1, 2:b=1
        "#);
    }

    async fn a_heartbeat_tells_what_is_lost(db: TestDatabase) {
        let world = with_rows(db).await;
        let sync = world.request().await;
        let worker = world.worker("w");
        let mut run = world.claim_one(&worker).await;
        run.step().await;
        assert_eq!(worker.heartbeat().await.unwrap(), []);
        let organization = world.organization;
        world.write(move |tx| tx.cancel_sync(organization, sync)).await;
        assert_eq!(worker.heartbeat().await.unwrap(), [run.fence()]);
        assert_eq!(run.finish().await, Ended::Lost);
        assert_eq!(worker.free_slots(), World::options("w").slots);
    }

    async fn a_heartbeat_keeps_a_slow_sync(db: TestDatabase) {
        let world = with_rows(db).await;
        world.request().await;
        let worker = world.worker("w");
        let mut run = world.claim_one(&worker).await;
        run.step().await;
        for _ in 0..4 {
            world.pass(Duration::seconds(45));
            assert_eq!(worker.heartbeat().await.unwrap(), []);
            assert!(world.worker("v").tick().await.unwrap().rescued.is_empty());
        }
        assert_eq!(run.finish().await, Ended::Became(Status::Complete));
    }

    /// The first worker is paused for longer than its lease, with a page in its hands.
    async fn a_late_worker_changes_nothing(db: TestDatabase) {
        let world = with_rows(db).await;
        let sync = world.request().await;
        let mut late = world.claim_one(&world.worker("late")).await;
        late.step().await;
        late.step().await;
        world.pass(Duration::seconds(61));
        let next = world.worker("next");
        let tick = next.tick().await.unwrap();
        assert_eq!(tick.rescued.len(), 1);
        assert!(tick.claimed.is_empty(), "it is due only after a pause");
        assert_snapshot!(world.view(sync).await, @r#"
        pending_retry after 1 attempts, due 12:01:11: worker late stopped renewing its lease
        at {"page":1}, initial: true, failures: 1 of 1
        1 by late: rescue; 1 pages, 2 records: 2 added, 0 changed, 0 unchanged, 0 deleted; 1 requests
        records: 1:a=1, 2:b=1
        "#);
        world.pass(Duration::seconds(10));
        let mut run = world.claim_one(&next).await;
        run.step().await;
        run.step().await;
        let before = world.view(sync).await;
        assert_eq!(late.step().await, Step::Ended(Ended::Lost));
        assert_eq!(world.view(sync).await, before);
        run.finish().await;
        assert_snapshot!(world.view(sync).await, @r#"
        complete after 2 attempts
        at {"page":3}, initial: true, failures: 0 of 1
        1 by late: rescue; 1 pages, 2 records: 2 added, 0 changed, 0 unchanged, 0 deleted; 1 requests
        2 by next: complete; 2 pages, 3 records: 3 added, 0 changed, 0 unchanged, 0 deleted; 3 requests
        records: 1:a=1, 2:b=1, 3:c=1, 4:d=1, 5:e=1
        "#);
    }

    async fn a_late_worker_cannot_complete(db: TestDatabase) {
        let world = with_rows(db).await;
        let sync = world.request().await;
        let mut late = world.claim_one(&world.worker("late")).await;
        // All that is left is to say so.
        for _ in 0..4 {
            late.step().await;
        }
        world.pass(Duration::seconds(61));
        world.worker("next").tick().await.unwrap();
        let before = world.view(sync).await;
        assert_eq!(late.finish().await, Ended::Lost);
        assert_eq!(world.view(sync).await, before);
    }

    async fn a_released_sync_goes_on_elsewhere_without_loss_of_budget(db: TestDatabase) {
        let world = with_rows(db).await;
        let sync = world.request().await;
        let worker = world.worker("w");
        let mut run = world.claim_one(&worker).await;
        run.step().await;
        run.step().await;
        worker.release_all();
        assert_eq!(run.finish().await, Ended::Became(Status::Queued));
        assert_snapshot!(world.view(sync).await, @r#"
        queued after 1 attempts
        at {"page":1}, initial: true, failures: 0 of 0
        1 by w: release; 1 pages, 2 records: 2 added, 0 changed, 0 unchanged, 0 deleted; 1 requests
        records: 1:a=1, 2:b=1
        "#);
        finish_all(world.worker("v").tick().await.unwrap()).await;
        assert_snapshot!(world.view(sync).await, @r#"
        complete after 2 attempts
        at {"page":3}, initial: true, failures: 0 of 0
        1 by w: release; 1 pages, 2 records: 2 added, 0 changed, 0 unchanged, 0 deleted; 1 requests
        2 by v: complete; 2 pages, 3 records: 3 added, 0 changed, 0 unchanged, 0 deleted; 3 requests
        records: 1:a=1, 2:b=1, 3:c=1, 4:d=1, 5:e=1
        "#);
    }

    async fn a_server_that_starts_rescues_what_a_dead_one_left(db: TestDatabase) {
        let world = with_rows(db).await;
        let sync = world.request().await;
        let mut run = world.claim_one(&world.worker("dead")).await;
        run.step().await;
        run.step().await;
        drop(run);
        assert_eq!(world.worker("w").rescue_all().await.unwrap().len(), 1);
        assert_snapshot!(world.view_sync(sync).await, @r#"
        pending_retry after 1 attempts, due 12:00:10: worker dead stopped renewing its lease
        at {"page":1}, initial: true, failures: 1 of 1
        1 by dead: rescue; 1 pages, 2 records: 2 added, 0 changed, 0 unchanged, 0 deleted; 1 requests
        "#);
        world.pass(Duration::seconds(10));
        finish_all(world.worker("w").tick().await.unwrap()).await;
        assert_snapshot!(world.view(sync).await, @r#"
        complete after 2 attempts
        at {"page":3}, initial: true, failures: 0 of 1
        1 by dead: rescue; 1 pages, 2 records: 2 added, 0 changed, 0 unchanged, 0 deleted; 1 requests
        2 by w: complete; 2 pages, 3 records: 3 added, 0 changed, 0 unchanged, 0 deleted; 3 requests
        records: 1:a=1, 2:b=1, 3:c=1, 4:d=1, 5:e=1
        "#);
    }
}
