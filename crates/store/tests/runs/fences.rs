//! A worker that wakes up late changes nothing.

use serde_json::json;
use syncline_domain::Status;
use syncline_domain::retry::RetryPolicy;
use syncline_store::error::StoreError;
use syncline_store::runs::{DeleteGuard, Fence, RunStart, Unseen};
use syncline_test_support::{TestDatabase, both_databases};

use crate::world::{LEASE, World, end, is_fenced, page, state, transient};

both_databases! {
    async fn every_write_of_a_rescued_attempt_is_refused(db: TestDatabase) {
        let world = World::new(&db).await;
        let late = world.start(true).await;
        world.commit(late, page(1, &[("a", json!(1))])).await.unwrap();
        world.clock.advance(LEASE);
        let policy = RetryPolicy::default();
        let rescued = world.write(move |tx| tx.rescue_syncs(&policy, 0.0, false, 10)).await.unwrap();
        assert_eq!(rescued.len(), 1);
        refuse_all(&world, late, "while nobody runs it").await;
        world.write(|tx| tx.enqueue_due_syncs(10)).await.unwrap();
        refuse_all(&world, late, "while it is queued").await;
        let fresh = world.claim(1).await[0];
        assert_eq!(fresh.attempt, late.attempt + 1);
        refuse_all(&world, late, "while the next attempt runs").await;
        world.commit(fresh, page(2, &[("b", json!(1))])).await.unwrap();
        world.prove(fresh, Unseen::Unknown).await;
        refuse_all(&world, late, "behind the proven end").await;
        world.complete(fresh).await.unwrap();
        refuse_all(&world, late, "when all is done").await;
        refuse_all(&world, fresh, "twice").await;
    }

    async fn a_cancel_ends_the_attempt_at_once(db: TestDatabase) {
        let world = World::new(&db).await;
        let fence = world.start(true).await;
        world.commit(fence, page(1, &[("a", json!(1))])).await.unwrap();
        let cancelled = world.cancel(fence.sync_id).await.unwrap();
        assert_eq!(cancelled.lifecycle.status(), Status::Cancelled);
        refuse_all(&world, fence, "after the cancel").await;
        assert_eq!(world.db_number("SELECT COUNT(*) FROM seen_pages"), 0);
    }

    async fn an_attempt_that_never_was_is_refused(db: TestDatabase) {
        let world = World::new(&db).await;
        let fence = world.start(true).await;
        refuse_all(&world, Fence { attempt: 2, ..fence }, "from the future").await;
        let unknown = Fence {
            sync_id: syncline_domain::SyncId::from_parts(world.now(), [9; 10]),
            attempt: 1,
        };
        let refused = world.commit(unknown, page(1, &[])).await;
        assert!(matches!(refused, Err(StoreError::NotFound { what: "sync", .. })));
    }
}

/// Tries every write of a run and compares every table.
async fn refuse_all(world: &World, fence: Fence, when: &str) {
    let before = world.db_dump();
    let mut late = page(9, &[("a", json!("late")), ("z", json!("late"))]);
    late.states = vec![state("", "late")];
    assert!(is_fenced(world.commit(fence, late).await), "a page {when}");
    let start = RunStart {
        range: syncline_domain::range::TimeRange::frozen(None, world.now()),
        manifest_hash: "m1".into(),
        is_full_pass: false,
        fingerprint: syncline_domain::state::Fingerprint::new("late"),
        warnings: vec![syncline_domain::attempt::Warning {
            code: "late".into(),
            message: String::new(),
        }],
    };
    let settled = world.write(move |tx| tx.settle_run(fence, &start)).await;
    assert!(is_fenced(settled), "settling {when}");
    let proven = world
        .write(move |tx| tx.prove_end(fence, &end(Unseen::Gone), DeleteGuard::default()))
        .await;
    assert!(is_fenced(proven), "a proof {when}");
    let swept = world
        .write(move |tx| tx.sweep_unseen(fence, LEASE, 10))
        .await;
    assert!(is_fenced(swept), "a sweep {when}");
    assert!(is_fenced(world.complete(fence).await), "an end {when}");
    assert!(
        is_fenced(world.fail(fence, transient("late")).await),
        "a failure {when}"
    );
    assert!(
        is_fenced(world.write(move |tx| tx.release_sync(fence)).await),
        "a release {when}"
    );
    assert!(
        is_fenced(world.store.read(move |tx| tx.read_run(fence)).await),
        "a question {when}"
    );
    let renewal = world
        .write(move |tx| tx.renew_leases("w1", &[fence], LEASE))
        .await
        .unwrap();
    // The worker's name is the same here, so that only the attempt tells them apart.
    assert_eq!(renewal.lost, [fence], "a lease {when}");
    let after = world.db_dump();
    assert_eq!(after, before, "{when}");
}
