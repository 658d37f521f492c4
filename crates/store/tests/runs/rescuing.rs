//! Failures, budgets, parking, leases and rescue.

use chrono::Duration;
use syncline_domain::Status;
use syncline_domain::attempt::AttemptOutcome;
use syncline_domain::retry::{Failure, RetryPolicy};
use syncline_store::runs::{Fence, Unseen};
use syncline_test_support::{TestDatabase, both_databases};

use crate::world::{LEASE, World, page, transient};

both_databases! {
    async fn failures_without_progress_use_up_the_budget(db: TestDatabase) {
        let world = World::new(&db).await;
        let mut fence = world.start(false).await;
        for number in 1..=5 {
            assert_eq!(fence.attempt, number);
            let sync = world.fail(fence, transient("502")).await.unwrap();
            assert_eq!(world.sync(fence.sync_id).await, sync, "it is stored as it was answered");
            if number == 5 {
                assert_eq!(sync.lifecycle.status(), Status::Failed);
                let error = sync.lifecycle.parts().error.clone().unwrap();
                assert_eq!(error, "502 (gave up after 5 failures without progress)");
            } else {
                assert_eq!(sync.lifecycle.status(), Status::PendingRetry);
                let due = world.now() + Duration::seconds(10 * (1 << (number - 1)));
                assert_eq!(sync.lifecycle.parts().due_at, due);
                assert_eq!(world.read(|tx| tx.next_due_at()).await, Some(due));
                assert_eq!(world.write(|tx| tx.enqueue_due_syncs(1)).await.unwrap(), 0);
                world.clock.advance(due - world.now());
                assert_eq!(world.write(|tx| tx.enqueue_due_syncs(1)).await.unwrap(), 1);
                assert_eq!(world.sync(fence.sync_id).await.lifecycle.parts().error, None);
                fence = world.claim(1).await[0];
            }
        }
        let attempts = world.attempts(fence.sync_id).await;
        let outcomes: Vec<_> = attempts.iter().map(|attempt| attempt.outcome.unwrap()).collect();
        let mut expected = vec![AttemptOutcome::Retry; 4];
        expected.push(AttemptOutcome::Fail);
        assert_eq!(outcomes, expected);
        assert_eq!(attempts[0].error.as_deref(), Some("502"));
        assert_eq!(attempts[0].counters.requests, 2, "what the failure cost is counted");
    }

    async fn a_park_costs_no_budget_until_it_lasts_too_long(db: TestDatabase) {
        let world = World::new(&db).await;
        let mut fence = world.start(false).await;
        for hour in 0..=25 {
            let until = world.now() + Duration::hours(1);
            let failure = Failure::Later { message: "429".into(), until: Some(until) };
            let sync = world.fail(fence, failure).await.unwrap();
            if sync.lifecycle.status() == Status::Failed {
                assert_eq!(hour, 24);
                return;
            }
            assert_eq!(sync.lifecycle.parts().spent.consecutive, 0);
            assert_eq!(sync.lifecycle.parts().due_at, until);
            world.clock.advance(Duration::hours(1));
            world.write(|tx| tx.enqueue_due_syncs(1)).await.unwrap();
            fence = world.claim(1).await[0];
        }
        panic!("parks must end");
    }

    async fn an_expired_lease_is_rescued_and_a_renewed_one_is_not(db: TestDatabase) {
        let world = World::new(&db).await;
        world.try_request(None, syncline_domain::scope::Scope::plain()).await.unwrap();
        let fences = world.claim(2).await;
        world.clock.advance(LEASE - Duration::seconds(1));
        let kept = fences[0];
        let renewal = world.write(move |tx| tx.renew_leases("w1", &[kept], LEASE)).await.unwrap();
        assert_eq!(renewal.lost, []);
        let stranger = world.write(move |tx| tx.renew_leases("w2", &[kept], LEASE)).await.unwrap();
        assert_eq!(stranger.lost, [kept], "a lease belongs to its worker");
        let policy = RetryPolicy::default();
        let rescue = |all| {
            let policy = policy.clone();
            world.write(move |tx| tx.rescue_syncs(&policy, 0.5, all, 10))
        };
        assert_eq!(rescue(false).await.unwrap(), []);
        world.clock.advance(Duration::seconds(1));
        let rescued = rescue(false).await.unwrap();
        assert_eq!(rescued.len(), 1);
        assert_eq!(rescued[0].id, fences[1].sync_id);
        assert_eq!(rescued[0].lifecycle.parts().spent.consecutive, 1);
        assert_eq!(rescued[0].lifecycle.parts().due_at, world.now() + Duration::seconds(5));
        let attempt = &world.attempts(fences[1].sync_id).await[0];
        assert_eq!(attempt.outcome, Some(AttemptOutcome::Rescue));
        assert_eq!(attempt.error.as_deref(), Some("worker w1 stopped renewing its lease"));
        let renewal = world.write(move |tx| tx.renew_leases("w1", &fences, LEASE)).await.unwrap();
        assert_eq!(renewal.lost.len(), 1);
        assert_eq!(rescue(true).await.unwrap().len(), 1, "a server that starts is alone");
        assert_eq!(rescue(true).await.unwrap().len(), 0);
    }

    async fn rescues_without_end_fail(db: TestDatabase) {
        let world = World::new(&db).await;
        let mut fence = world.start(false).await;
        let waiter = world.request(syncline_domain::scope::Scope::plain()).await.members[0].sync.id;
        let mut statuses = Vec::new();
        for _ in 0..5 {
            world.clock.advance(LEASE);
            let policy = RetryPolicy::default();
            let sync = world.write(move |tx| tx.rescue_syncs(&policy, 0.0, false, 10)).await.unwrap().remove(0);
            statuses.push(sync.lifecycle.status());
            if sync.lifecycle.status() == Status::PendingRetry {
                world.write(|tx| tx.enqueue_due_syncs(1)).await.unwrap();
                fence = world.claim(1).await[0];
            }
        }
        assert_eq!(statuses[..4], [Status::PendingRetry; 4]);
        assert_eq!(statuses[4], Status::Failed);
        assert_eq!(world.attempts(fence.sync_id).await[4].outcome, Some(AttemptOutcome::Rescue));
        assert_eq!(world.status(waiter).await, Status::Queued, "the turn is free");
    }

    async fn a_release_costs_nothing_and_keeps_the_position(db: TestDatabase) {
        let world = World::new(&db).await;
        let mut fence = world.start(false).await;
        for request in 1..=30 {
            world.commit(fence, page(request, &[("a", serde_json::json!(request))])).await.unwrap();
            let sync = world.write(move |tx| tx.release_sync(fence)).await.unwrap();
            assert_eq!(sync.lifecycle.status(), Status::Queued);
            assert_eq!(sync.lifecycle.parts().spent.total, 0);
            fence = world.claim(1).await[0];
            let run = world.read(move |tx| tx.read_run(fence)).await;
            assert_eq!(run.position, Some(crate::world::position(request)));
        }
        world.prove(fence, Unseen::Unknown).await;
        world.complete(fence).await.unwrap();
        assert_eq!(fence.attempt, 31);
    }

    async fn rescues_that_race_rescue_once(db: TestDatabase) {
        let world = World::new(&db).await;
        world.try_request(None, syncline_domain::scope::Scope::plain()).await.unwrap();
        let fences: Vec<Fence> = world.claim(2).await;
        world.clock.advance(LEASE);
        let rescues: Vec<_> = (0..6)
            .map(|_| {
                let store = world.store.clone();
                tokio::spawn(async move {
                    let policy = RetryPolicy::default();
                    store
                        .write(syncline_store::store::Lane::Control, move |tx| tx.rescue_syncs(&policy, 0.0, false, 10))
                        .await
                        .unwrap()
                        .len()
                })
            })
            .collect();
        let mut total = 0;
        for rescue in rescues {
            total += rescue.await.unwrap();
        }
        assert_eq!(total, fences.len());
    }
}
