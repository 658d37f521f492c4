//! Cancel and retry by a caller; a connection that goes.

use syncline_domain::scope::Scope;
use syncline_domain::{Status, TransitionError};
use syncline_store::error::StoreError;
use syncline_store::runs::Unseen;
use syncline_test_support::{TestDatabase, both_databases};

use crate::world::{World, is_fenced, page, transient};

both_databases! {
    async fn cancel_works_in_every_live_status_and_twice(db: TestDatabase) {
        let world = World::new(&db).await;
        let running = world.start(false).await;
        let scheduled = world.request(Scope::plain()).await.members[0].sync.id;
        let queued = world.try_request(Some(vec!["invoices".into()]), Scope::plain()).await.unwrap();
        let queued = queued.members[0].sync.id;
        for id in [scheduled, queued, running.sync_id] {
            let cancelled = world.cancel(id).await.unwrap();
            assert_eq!(cancelled.lifecycle.status(), Status::Cancelled);
            assert_eq!(cancelled.lifecycle.parts().completed_at, Some(world.now()));
            let before = world.db_dump();
            world.clock.advance(chrono::Duration::seconds(1));
            assert_eq!(world.cancel(id).await.unwrap(), cancelled);
            assert_eq!(world.db_dump(), before);
        }
        let attempt = &world.attempts(running.sync_id).await[0];
        assert_eq!(attempt.outcome, Some(syncline_domain::attempt::AttemptOutcome::Cancel));
        let fence = world.start(false).await;
        world.fail(fence, transient("502")).await.unwrap();
        let cancelled = world.cancel(fence.sync_id).await.unwrap();
        assert_eq!(cancelled.lifecycle.parts().error, None);
        assert_eq!(world.db_number("SELECT COUNT(*) FROM attempts WHERE ended_at IS NULL"), 0);
    }

    async fn what_is_done_cannot_be_cancelled(db: TestDatabase) {
        let world = World::new(&db).await;
        let fence = world.start(false).await;
        world.prove(fence, Unseen::Unknown).await;
        world.complete(fence).await.unwrap();
        let refused = world.cancel(fence.sync_id).await;
        assert!(matches!(
            refused,
            Err(StoreError::Transition(TransitionError::NotAllowed { from: Status::Complete, .. }))
        ));
        let (foreign, _) = world.connect("umbrella").await;
        let theirs = foreign.organization_id;
        let id = fence.sync_id;
        let refused = world.write(move |tx| tx.cancel_sync(theirs, id)).await;
        assert!(matches!(refused, Err(StoreError::NotFound { what: "sync", .. })));
        assert!(world.read(move |tx| tx.find_sync(theirs, id)).await.is_none());
    }

    async fn a_retry_by_api_makes_a_new_sync_or_hurries_the_old_one(db: TestDatabase) {
        let world = World::new(&db).await;
        let organization = world.organization;
        let retry = |id| world.write(move |tx| tx.retry_sync(organization, id));
        let fence = world.start_scope(Scope::full_refresh(), false).await;
        assert!(matches!(retry(fence.sync_id).await, Err(StoreError::Conflict(_))), "it runs");
        world.fail(fence, transient("502")).await.unwrap();
        world.clock.advance(chrono::Duration::seconds(1));
        let (hurried, batch) = retry(fence.sync_id).await.unwrap();
        assert_eq!((hurried.id, batch), (fence.sync_id, None));
        assert_eq!(hurried.lifecycle.parts().due_at, world.now());
        assert_eq!(world.write(|tx| tx.enqueue_due_syncs(1)).await.unwrap(), 1);

        world.cancel(fence.sync_id).await.unwrap();
        let (made, batch) = retry(fence.sync_id).await.unwrap();
        assert_ne!(made.id, fence.sync_id);
        assert_eq!(made.scope, Scope::full_refresh());
        assert_eq!((made.batch_id, made.lifecycle.status()), (batch, Status::Queued));
        assert!(made.is_one_off);
        let (joined, other) = retry(fence.sync_id).await.unwrap();
        assert_eq!(joined.id, made.id, "its twin waits already");
        assert_ne!(other, batch);
        let batch = world.read(move |tx| tx.find_batch(organization, other.unwrap())).await.unwrap();
        assert!(batch.members[0].is_joined);
    }

    async fn a_deleted_connection_cancels_all_that_lives(db: TestDatabase) {
        let world = World::new(&db).await;
        let running = world.start(false).await;
        let waiting = world.request(Scope::plain()).await;
        world.request(Scope::full_refresh()).await;
        world.try_request(Some(vec!["invoices".into()]), Scope::plain()).await.unwrap();
        let (organization, id) = (world.organization, world.connection.id);
        world.write(move |tx| tx.delete_connection(organization, id)).await.unwrap();
        assert_eq!(world.db_number("SELECT COUNT(*) FROM syncs WHERE status <> 'cancelled'"), 0);
        assert!(is_fenced(world.commit(running, page(1, &[])).await));
        let batch = waiting.id;
        assert!(world.read(move |tx| tx.find_batch(organization, batch)).await.is_none());
        assert_eq!(world.claim(10).await, []);
        assert_eq!(world.write(|tx| tx.enqueue_due_syncs(10)).await.unwrap(), 0);
    }
}
