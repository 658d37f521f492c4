//! A release of held deletes, and pages that bring its records.

use serde_json::json;
use syncline_domain::held::{HeldDecision, HeldStatus};
use syncline_domain::scope::Scope;
use syncline_store::error::StoreError;
use syncline_store::runs::Fence;
use syncline_store::syncs::SyncRequest;
use syncline_store::tx::Tx;
use syncline_test_support::{TestDatabase, run};

use super::gate::Gate;
use crate::world::{LEASE, World, page};

fn batch(tx: &mut Tx<'_>) -> Result<i64, StoreError> {
    let held = tx.work_off_held_deletes(3)?;
    Ok(held.map_or(0, |held| held.released))
}

/// The first of the records that are held, as it was.
fn bring(fence: Fence) -> impl FnOnce(&mut Tx<'_>) -> Result<(), StoreError> + Send + 'static {
    let page = page(1, &[("k020", json!({ "i": 20 }))]);
    move |tx| tx.commit_page(fence, LEASE, &page).map(drop)
}

fn with_release<F: Future<Output = ()>>(body: impl FnOnce(World) -> F) {
    let db = TestDatabase::postgres();
    run(async {
        let world = World::new(&db).await;
        let held = world.hold(20).await;
        world.decide(held.id, HeldDecision::Release).await.unwrap();
        body(world).await;
    });
}

async fn release_all(world: &World) -> i64 {
    while world.write(batch).await.unwrap() < 19 {}
    world.write(batch).await.unwrap();
    let done = world.held(&[HeldStatus::Released]).await.remove(0);
    done.released
}

#[test]
fn a_page_that_lands_while_a_release_waits_spares_its_record() {
    with_release(|world| async move {
        let fence = world.start(false).await;
        let gate = Gate::at_sync(&world, fence.sync_id);
        let landing = world.blocked(1, bring(fence));
        let release = world.blocked(2, batch);
        gate.open();
        landing.end().await.unwrap();
        assert_eq!(release.end().await.unwrap(), 3);
        world.complete_all(fence).await;
        assert_eq!(release_all(&world).await, 19);
        assert!(world.live().await.contains_key("k020"));
        assert_eq!(live_records(&world), 21);
    });
}

#[test]
fn a_page_behind_a_release_brings_its_record_back() {
    with_release(|world| async move {
        let fence = world.start(false).await;
        let gate = Gate::at_sync(&world, fence.sync_id);
        let release = world.blocked(1, batch);
        let landing = world.blocked(2, bring(fence));
        gate.open();
        assert_eq!(release.end().await.unwrap(), 3);
        landing.end().await.unwrap();
        world.complete_all(fence).await;
        assert_eq!(release_all(&world).await, 20);
        assert!(world.live().await.contains_key("k020"));
        assert_eq!(live_records(&world), 21);
    });
}

#[test]
fn two_processes_release_each_record_once() {
    with_release(|world| async move {
        let gate = Gate::at_model(&world, world.model());
        let (one, other) = (world.blocked(1, batch), world.blocked(2, batch));
        gate.open();
        assert_eq!(one.end().await.unwrap() + other.end().await.unwrap(), 9);
        assert_eq!(release_all(&world).await, 20);
        assert_eq!(live_records(&world), 20);
    });
}

/// What is requested while a batch is under way starts behind it.
#[test]
fn a_sync_that_is_requested_meanwhile_waits_for_the_batch() {
    with_release(|world| async move {
        let gate = Gate::at_model(&world, world.model());
        let release = world.blocked(1, batch);
        let request = SyncRequest {
            organization_id: world.organization,
            connection_id: world.connection.id,
            models: Some(vec![world.models[0].name.clone()]),
            scope: Scope::plain(),
        };
        let requested = world.blocked(2, move |tx| tx.request_syncs(&request));
        gate.open();
        assert_eq!(release.end().await.unwrap(), 3);
        assert_eq!(requested.end().await.unwrap().members.len(), 1);
    });
}

fn live_records(world: &World) -> i64 {
    world.db_number("SELECT live_records FROM model_feeds WHERE last_number > 0")
}
