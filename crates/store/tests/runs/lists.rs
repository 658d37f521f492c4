//! Lists of syncs and attempts.

use chrono::Duration;
use syncline_domain::scope::Scope;
use syncline_domain::{Status, SyncId};
use syncline_store::page::PageRequest;
use syncline_store::syncs::SyncFilter;
use syncline_test_support::{TestDatabase, both_databases};

use crate::world::{World, transient};

async fn list(world: &World, filter: SyncFilter) -> Vec<SyncId> {
    let organization = world.organization;
    let (mut ids, mut after) = (Vec::new(), None);
    loop {
        let filter = filter.clone();
        let page = world
            .read(move |tx| {
                tx.list_syncs_of_organization(
                    organization,
                    &filter,
                    PageRequest { after, limit: 3 },
                )
            })
            .await;
        assert!(page.items.len() <= 3);
        ids.extend(page.items.iter().map(|sync| sync.id));
        after = page.next;
        if after.is_none() {
            return ids;
        }
    }
}

both_databases! {
    async fn every_filter_narrows_and_pages_go_to_the_end(db: TestDatabase) {
        let world = World::new(&db).await;
        let (other, other_models) = world.connect("acme").await;
        let (foreign, _) = world.connect("umbrella").await;
        world.request_of(&foreign, None, Scope::plain()).await.unwrap();
        let begin = world.now();
        let mut all = Vec::new();
        let mut batches = Vec::new();
        for _ in 0..3 {
            for connection in [&world.connection, &other] {
                world.clock.advance(Duration::milliseconds(1500));
                let batch = world.request_of(connection, None, Scope::plain()).await.unwrap();
                batches.push(batch.id);
                for member in batch.members {
                    all.push(member.sync.clone());
                    world.cancel(member.sync.id).await.unwrap();
                }
            }
        }
        world.clock.advance(Duration::milliseconds(1500));
        let live = world.request_of(&other, None, Scope::plain()).await.unwrap();
        all.extend(live.members.iter().map(|member| member.sync.clone()));
        all.reverse();

        let expect = |keep: &dyn Fn(&syncline_domain::Sync) -> bool| -> Vec<SyncId> {
            all.iter().filter(|sync| keep(sync)).map(|sync| sync.id).collect()
        };
        let none = SyncFilter::default;
        assert_eq!(list(&world, none()).await, expect(&|_| true));
        let mine = world.connection.id;
        let filter = SyncFilter { connection_id: Some(mine), ..none() };
        assert_eq!(list(&world, filter.clone()).await, expect(&|sync| sync.connection_id == mine));
        let model = other_models[1].id;
        let by_model = SyncFilter { model_id: Some(model), ..none() };
        assert_eq!(list(&world, by_model.clone()).await, expect(&|sync| sync.model_id == model));
        let live_ids: Vec<SyncId> = live.members.iter().rev().map(|member| member.sync.id).collect();
        let queued = SyncFilter { statuses: vec![Status::Queued, Status::Running], ..none() };
        assert_eq!(list(&world, queued.clone()).await, live_ids);
        let both = SyncFilter { statuses: vec![Status::Queued], ..by_model.clone() };
        assert_eq!(list(&world, both).await, [live.members[1].sync.id]);
        let mismatch = SyncFilter { connection_id: Some(mine), ..by_model };
        assert_eq!(list(&world, mismatch).await, []);
        let batch = SyncFilter { batch_id: Some(batches[1]), ..none() };
        assert_eq!(list(&world, batch.clone()).await, expect(&|sync| sync.batch_id == Some(batches[1])));
        let batch = SyncFilter { connection_id: Some(mine), ..batch };
        assert_eq!(list(&world, batch).await, []);
        // Edges within a millisecond.
        let (from, before) = (begin + Duration::milliseconds(3000), begin + Duration::milliseconds(6000));
        let time = SyncFilter { created_from: Some(from), created_before: Some(before), ..none() };
        let inside = |sync: &syncline_domain::Sync| sync.created_at >= from && sync.created_at < before;
        assert_eq!(list(&world, time).await, expect(&inside));
        assert_eq!(expect(&inside).len(), 4);
        let tight = SyncFilter { created_from: Some(from + Duration::microseconds(1)), ..filter };
        let later = |sync: &syncline_domain::Sync| sync.connection_id == mine && sync.created_at > from;
        assert_eq!(list(&world, tight).await, expect(&later));
    }

    async fn a_joined_sync_is_in_both_batches(db: TestDatabase) {
        let world = World::new(&db).await;
        let first = world.request(Scope::plain()).await;
        let second = world.request(Scope::plain()).await;
        for batch in [first.id, second.id] {
            let filter = SyncFilter { batch_id: Some(batch), ..SyncFilter::default() };
            assert_eq!(list(&world, filter).await, [first.members[0].sync.id]);
        }
    }

    async fn syncs_of_a_deleted_connection_are_gone(db: TestDatabase) {
        let world = World::new(&db).await;
        let id = world.request(Scope::plain()).await.members[0].sync.id;
        let (organization, connection) = (world.organization, world.connection.id);
        world.write(move |tx| tx.delete_connection(organization, connection)).await.unwrap();
        assert_eq!(list(&world, SyncFilter::default()).await, []);
        assert!(world.read(move |tx| tx.find_sync(organization, id)).await.is_none());
    }

    async fn attempts_come_first_one_first(db: TestDatabase) {
        let world = World::new(&db).await;
        let mut fence = world.start(false).await;
        for _ in 0..4 {
            world.fail(fence, transient("502")).await.unwrap();
            world.clock.advance(Duration::hours(1));
            world.write(|tx| tx.enqueue_due_syncs(1)).await.unwrap();
            fence = world.claim(1).await[0];
        }
        let (organization, id) = (world.organization, fence.sync_id);
        let page = |after| {
            world.read(move |tx| tx.list_attempts_of_sync(organization, id, PageRequest { after, limit: 3 }))
        };
        let first = page(None).await;
        assert_eq!(first.items.iter().map(|a| a.number).collect::<Vec<_>>(), [1, 2, 3]);
        assert_eq!(first.next, Some(3));
        let second = page(Some(3)).await;
        assert_eq!(second.items.iter().map(|a| a.number).collect::<Vec<_>>(), [4, 5]);
        assert_eq!(second.next, None);
    }
}
