//! What is decided about held deletes meets passes that are under way, and those that come.

use syncline_domain::held::{HeldDecision, HeldStatus};
use syncline_store::runs::{DeleteGuard, Unseen};
use syncline_test_support::{TestDatabase, both_databases};

use crate::held::{borrowed, keys, numbered};
use crate::world::{World, page};

both_databases! {
    async fn what_an_undo_brings_back_no_sweep_under_way_deletes(db: TestDatabase) {
        let world = World::new(&db).await;
        let held = world.hold(20).await;
        world.decide(held.id, HeldDecision::Release).await.unwrap();
        world.worked_off().await;
        let fence = world.start(false).await;
        world.commit(fence, page(1, &borrowed(&numbered(60..61)))).await.unwrap();
        world.complete_all(fence).await;
        // The next pass counts one record that is gone; then twenty come back, before it in order.
        let all = numbered(0..20);
        let fence = world.start(true).await;
        world.commit(fence, page(1, &borrowed(&all))).await.unwrap();
        assert!(world.prove_within(fence, Unseen::Gone, DeleteGuard::default()).await);
        world.decide(held.id, HeldDecision::Undo).await.unwrap();
        assert_eq!(world.worked_off().await.undone, 20);
        while !world.sweep(fence, 1).await.is_done {}
        world.complete(fence).await.unwrap();
        let expected = keys(0..40);
        assert_eq!(world.live_keys().await, expected.into_iter().collect());
    }

    async fn what_an_undo_brings_back_no_other_release_deletes(db: TestDatabase) {
        let world = World::new(&db).await;
        let first = world.hold(20).await;
        world.decide(first.id, HeldDecision::Release).await.unwrap();
        world.worked_off().await;
        let all = numbered(0..40);
        world.guarded_pass(&all[..5], Unseen::Gone).await;
        let second = world.held(&[HeldStatus::Held]).await.remove(0);
        assert_eq!(second.held, 15);
        world.decide(first.id, HeldDecision::Undo).await.unwrap();
        world.worked_off().await;
        assert_eq!(world.held_keys(second.id).await, keys(5..20));
        world.decide(second.id, HeldDecision::Release).await.unwrap();
        assert_eq!(world.worked_off().await.released, 15);
        let expected = keys((0..5).chain(20..40));
        assert_eq!(world.live_keys().await, expected.into_iter().collect());
    }

    async fn what_a_sweep_deleted_is_suspected_no_more_though_it_was_cancelled(db: TestDatabase) {
        let world = World::new(&db).await;
        let all = numbered(0..40);
        let doubt = || Unseen::Suspect { reason: "offset paging was resumed".into() };
        world.full_pass(&borrowed(&all), Unseen::Gone).await;
        world.guarded_pass(&all[..30], doubt()).await;
        let fence = world.start(true).await;
        world.commit(fence, page(1, &borrowed(&all[..30]))).await.unwrap();
        world.prove_within(fence, doubt(), DeleteGuard::default()).await;
        while !world.sweep(fence, 100).await.is_done {}
        let organization = world.organization;
        world.write(move |tx| tx.cancel_sync(organization, fence.sync_id)).await.unwrap();
        assert_eq!(world.live_keys().await.len(), 30);
        // Ten that are gone already are none that this pass has missed.
        let guard = DeleteGuard { share: 0.2, rows: 5 };
        let fence = world.start(true).await;
        world.commit(fence, page(1, &borrowed(&all[..29]))).await.unwrap();
        world.prove_within(fence, doubt(), guard).await;
        let held = world.held(&[HeldStatus::Held]).await;
        assert!(held.is_empty(), "{held:?}");
    }

    async fn what_is_released_is_suspected_no_more(db: TestDatabase) {
        let world = World::new(&db).await;
        let all = numbered(0..40);
        let doubt = || Unseen::Suspect { reason: "offset paging was resumed".into() };
        world.full_pass(&borrowed(&all), Unseen::Gone).await;
        world.guarded_pass(&all[..20], doubt()).await;
        world.guarded_pass(&all[..20], doubt()).await;
        let held = world.held(&[HeldStatus::Held]).await.remove(0);
        world.decide(held.id, HeldDecision::Release).await.unwrap();
        world.worked_off().await;
        // Counted, they would be too many, and hold one that is gone.
        world.guarded_pass(&all[..19], doubt()).await;
        assert!(world.held(&[HeldStatus::Held]).await.is_empty());
        world.guarded_pass(&all[..19], doubt()).await;
        let expected: std::collections::BTreeSet<String> = keys(0..19).into_iter().collect();
        assert_eq!(world.live_keys().await, expected);
        // What is back is missed for the first time.
        world.decide(held.id, HeldDecision::Undo).await.unwrap();
        world.worked_off().await;
        world.guarded_pass(&all[..39], doubt()).await;
        assert!(world.live_keys().await.contains("k039"));
    }
}
