//! Quotas: given out once, whoever asks; no claim for what would only wait.

use chrono::Duration;
use syncline_domain::quota::{Held, Observation, Take};
use syncline_domain::scope::Scope;
use syncline_store::connections::ConnectionChange;
use syncline_store::error::StoreError;
use syncline_store::secrets::Secrets;
use syncline_store::store::Lane;
use syncline_test_support::{TestDatabase, both_databases};

use crate::world::{World, transient};

fn said(world: &World, limit: i64, remaining: i64) -> Observation {
    Observation {
        limit: Some(limit),
        remaining: Some(remaining),
        resets_at: Some(world.now() + Duration::seconds(60)),
        ..Observation::default()
    }
}

async fn exchange(world: &World, said: Vec<Observation>, wants: bool) -> Take {
    let id = world.connection.id;
    world
        .write(move |tx| tx.exchange_quota(id, &said, wants))
        .await
        .unwrap()
}

fn granted(take: Take) -> i64 {
    match take {
        Take::Granted { requests, .. } => requests,
        Take::Free | Take::Wait(_) => 0,
    }
}

both_databases! {
    async fn nothing_is_written_where_nothing_is_known(db: TestDatabase) {
        let world = World::new(&db).await;
        assert_eq!(exchange(&world, vec![], true).await, Take::Free);
        let id = world.connection.id;
        assert!(!world.read(move |tx| tx.has_quota(id)).await);
    }

    /// Many ask at once, each on a connection of its own: what was left is given out, and no more.
    async fn what_is_left_is_given_out_once(db: TestDatabase) {
        let world = World::new(&db).await;
        exchange(&world, vec![said(&world, 100, 50)], false).await;
        let (store, id) = (world.store.clone(), world.connection.id);
        let asking = (0..12).map(|_| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut sum = 0;
                loop {
                    let take = store
                        .write(Lane::Control, move |tx| tx.exchange_quota(id, &[], true))
                        .await
                        .map_err(|error: StoreError| error)
                        .unwrap();
                    match granted(take) {
                        0 => return sum,
                        more => sum += more,
                    }
                }
            })
        });
        let mut sum = 0;
        for asked in asking.collect::<Vec<_>>() {
            sum += asked.await.unwrap();
        }
        assert_eq!(sum, 50);
        let until = world.now() + Duration::seconds(60);
        assert_eq!(exchange(&world, vec![], true).await, Take::Wait(Held::UsedUp { until }));
        world.clock.advance(Duration::seconds(60));
        assert_eq!(granted(exchange(&world, vec![], true).await), 5);
    }

    async fn a_claim_leaves_out_what_would_only_wait(db: TestDatabase) {
        let world = World::new(&db).await;
        let (other, _) = world.connect("acme").await;
        world.request(Scope::plain()).await;
        world.clock.advance(Duration::seconds(1));
        let free = world.request_of(&other, None, Scope::plain()).await.unwrap();
        exchange(&world, vec![said(&world, 10, 0)], false).await;
        let claimed = world.claim(9).await;
        assert_eq!(claimed.len(), free.members.len());
        for member in &free.members {
            assert!(claimed.iter().any(|fence| fence.sync_id == member.sync.id));
        }
        world.clock.advance(Duration::seconds(60));
        assert_eq!(world.claim(9).await.len(), 1);
    }

    async fn somebody_who_asks_for_a_retry_does_not_wait_for_the_quota(db: TestDatabase) {
        let world = World::new(&db).await;
        let fence = world.start(false).await;
        world.fail(fence, transient("later")).await.unwrap();
        exchange(&world, vec![said(&world, 10, 0)], false).await;
        let organization = world.organization;
        world
            .write(move |tx| tx.retry_sync(organization, fence.sync_id))
            .await
            .unwrap();
        world.write(|tx| tx.enqueue_due_syncs(10)).await.unwrap();
        assert_eq!(world.claim(9).await.len(), 1);
    }

    async fn another_configuration_may_be_another_account(db: TestDatabase) {
        let world = World::new(&db).await;
        let (organization, id) = (world.organization, world.connection.id);
        exchange(&world, vec![said(&world, 10, 0)], false).await;
        assert!(world.read(move |tx| tx.has_quota(id)).await);
        let change = ConnectionChange {
            config: Some((serde_json::Map::new(), Secrets::default())),
            ..ConnectionChange::default()
        };
        world
            .write(move |tx| tx.update_connection(organization, id, change))
            .await
            .unwrap();
        assert!(!world.read(move |tx| tx.has_quota(id)).await);
    }

    async fn what_belongs_to_a_deleted_connection_goes_with_it(db: TestDatabase) {
        let world = World::new(&db).await;
        let (organization, id) = (world.organization, world.connection.id);
        exchange(&world, vec![said(&world, 10, 0)], false).await;
        world
            .write(move |tx| tx.delete_connection(organization, id))
            .await
            .unwrap();
        world.write(|tx| tx.purge_deleted(1000)).await.unwrap();
        // A run that is late learns in vain.
        assert_eq!(exchange(&world, vec![said(&world, 10, 3)], true).await, Take::Free);
        assert!(!world.read(move |tx| tx.has_quota(id)).await);
    }
}
