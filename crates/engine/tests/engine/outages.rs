//! The database goes away in the middle of a sync, and comes back.

use chrono::Duration;
use syncline_domain::attempt::Counters;
use syncline_domain::{Status, SyncId};
use syncline_engine::run::{Ended, Step};
use syncline_store::page::PageRequest;
use syncline_test_support::{TestDatabase, run};

use crate::support::{Mode, Proxy, World};

/// A world whose worker reaches PostgreSQL over a wire that can be cut.
async fn behind_a_wire() -> (World, World, Proxy) {
    let database = TestDatabase::postgres();
    let proxy = Proxy::before(database.url());
    let direct = World::new(database, Mode::FullPass).await;
    let wired = direct.seen_from(proxy.url()).await;
    direct.script.put(direct.now(), &["a=1", "b=1", "c=1"]);
    (direct, wired, proxy)
}

async fn status(world: &World, id: SyncId) -> Status {
    let organization = world.organization;
    let sync = world.read(move |tx| tx.find_sync(organization, id)).await;
    sync.unwrap().lifecycle.status()
}

/// Pages, records and added records of all its attempts.
async fn counted(world: &World, id: SyncId) -> (i64, i64, i64) {
    let organization = world.organization;
    let first = PageRequest {
        after: None,
        limit: 100,
    };
    let attempts = world
        .read(move |tx| tx.list_attempts_of_sync(organization, id, first))
        .await;
    let mut sum = Counters::default();
    for attempt in &attempts.items {
        sum += attempt.counters;
    }
    (sum.pages, sum.records, sum.added)
}

mod postgres {
    use super::*;

    /// The sync stops at a page boundary, and the same attempt goes on.
    #[test]
    fn a_run_waits_until_the_database_is_back() {
        run(async {
            let (world, wired, proxy) = behind_a_wire().await;
            let sync = world.request().await;
            let mut run = wired.claim_one(&wired.worker("w")).await;
            run.step().await;
            assert!(matches!(run.step().await, Step::Page(_)));
            proxy.cut();
            let going_on = tokio::spawn(run.finish());
            proxy.refused().await;
            assert_snapshot!(world.view(sync).await, @r#"
            running after 1 attempts
            at {"page":1}, initial: true, failures: 0 of 0
            1 by w: runs; 1 pages, 2 records: 2 added, 0 changed, 0 unchanged, 0 deleted; 1 requests
            records: 1:a=1, 2:b=1
            "#);
            proxy.heal();
            assert_eq!(going_on.await.unwrap(), Ended::Became(Status::Complete));
            assert_snapshot!(world.view(sync).await, @r#"
            complete after 1 attempts
            at {"page":2}, initial: true, failures: 0 of 0
            1 by w: complete; 2 pages, 3 records: 3 added, 0 changed, 0 unchanged, 0 deleted; 3 requests
            records: 1:a=1, 2:b=1, 3:c=1
            "#);
        });
    }

    /// Every transaction of a sync in turn takes effect without the worker hearing of it.
    #[test]
    fn an_answer_that_is_lost_loses_nothing_and_doubles_nothing() {
        run(async {
            let mut lost = 0;
            for n in 1.. {
                let (world, wired, proxy) = behind_a_wire().await;
                let sync = world.request().await;
                proxy.lose_answer_of_commit(n);
                while !status(&world, sync).await.is_final() {
                    // A lost claim is nobody's until its lease is over.
                    for run in wired
                        .worker("w")
                        .tick()
                        .await
                        .map(|tick| tick.claimed)
                        .unwrap_or_default()
                    {
                        run.finish().await;
                    }
                    world.pass(Duration::minutes(10));
                }
                if proxy.still_to_lose() {
                    break;
                }
                lost += 1;
                assert_eq!(status(&world, sync).await, Status::Complete, "commit {n}");
                assert_eq!(
                    world.view_records().await,
                    "1:a=1, 2:b=1, 3:c=1",
                    "commit {n}"
                );
                assert_eq!(counted(&world, sync).await, (2, 3, 3), "commit {n}");
            }
            // Rescue, schedules, due syncs, claim, settle, two pages, the proof, the sweep, the end.
            assert!(lost >= 8, "{lost} commits");
        });
    }
}
