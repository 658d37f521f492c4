//! What is too old goes, and what something needs stays.

use chrono::Duration;
use serde_json::json;
use syncline_domain::scope::Scope;
use syncline_domain::{Status, Sync};
use syncline_store::error::StoreError;
use syncline_store::idempotency::{IdempotencyKey, StoredAnswer};
use syncline_store::records::FeedPlace;
use syncline_store::retention::{Keep, Place, Rule};
use syncline_store::runs::{Caps, Unseen};
use syncline_store::secrets::Purpose;
use syncline_store::syncs::Batch;
use syncline_store::workers::Slots;
use syncline_test_support::{TestDatabase, both_databases};

use crate::world::{LEASE, World, page, transient};

const MOMENT: Duration = Duration::milliseconds(1);

impl World {
    /// Applies a rule to its end; gives how many went.
    async fn retain(&self, rule: Rule) -> usize {
        self.retain_by(rule, Keep::default(), 2).await
    }

    async fn retain_by(&self, rule: Rule, keep: Keep, limit: i64) -> usize {
        let (mut sum, mut place) = (0, Place::default());
        loop {
            let step = self
                .write(move |tx| tx.apply_rule(rule, &keep, place, limit))
                .await
                .unwrap();
            sum += step.count;
            match step.next {
                Some(next) => place = next,
                None => return sum,
            }
        }
    }

    /// A whole sync of the first model that reads nothing.
    async fn ended(&self) -> Sync {
        self.clock.advance(MOMENT);
        let fence = self.start(false).await;
        self.prove(fence, Unseen::Unknown).await;
        self.complete(fence).await.unwrap()
    }

    async fn has_sync(&self, sync: &Sync) -> bool {
        let (organization, id) = (self.organization, sync.id);
        self.read(move |tx| tx.find_sync(organization, id))
            .await
            .is_some()
    }

    async fn batch(&self, id: syncline_domain::BatchId) -> Option<Batch> {
        let organization = self.organization;
        self.read(move |tx| tx.find_batch(organization, id)).await
    }

    async fn last_sync(&self) -> Sync {
        let (organization, model) = (self.organization, self.model());
        let view = self
            .read(move |tx| tx.find_model(organization, model))
            .await;
        view.unwrap().last_sync.unwrap()
    }
}

both_databases! {
    async fn syncs_go_when_they_ended_long_ago(db: TestDatabase) {
        let world = World::new(&db).await;
        let mut syncs = Vec::new();
        for _ in 0..5 {
            syncs.push(world.ended().await);
        }
        world.clock.advance(Duration::days(90) - MOMENT);
        assert_eq!(world.retain(Rule::Syncs).await, 3, "the last two are younger, or just as old");
        world.clock.advance(Duration::days(1));
        assert_eq!(world.retain(Rule::Syncs).await, 1);
        for sync in &syncs[..4] {
            assert!(!world.has_sync(sync).await);
            assert_eq!(world.batch(sync.batch_id.unwrap()).await.unwrap().members.len(), 0);
        }
        assert_eq!(world.last_sync().await.id, syncs[4].id);
        assert_eq!(world.attempts(syncs[4].id).await.len(), 1);
        assert_eq!(world.db_number("SELECT COUNT(*) FROM attempts"), 1);
        assert_eq!(world.retain(Rule::Batches).await, 4);
        assert_eq!(world.db_number("SELECT COUNT(*) FROM batches"), 1);
        assert_eq!(world.retain(Rule::Batches).await, 0, "the last one has its sync");
    }

    /// The newest is what the model shows; the last complete one tells how fresh its records are.
    async fn a_model_keeps_its_newest_sync_and_its_last_complete_one(db: TestDatabase) {
        let world = World::new(&db).await;
        let old = world.ended().await;
        let complete = world.ended().await;
        let mut failed = Vec::new();
        for _ in 0..2 {
            world.clock.advance(MOMENT);
            let fence = world.start(false).await;
            failed.push(world.cancel(fence.sync_id).await.unwrap());
        }
        world.clock.advance(Duration::days(400));
        assert_eq!(world.retain(Rule::Syncs).await, 2);
        assert!(!world.has_sync(&old).await && !world.has_sync(&failed[0]).await);
        assert!(world.has_sync(&complete).await);
        assert_eq!(world.last_sync().await.id, failed[1].id);
        // Nor does it forget that a first sync completed, nor what it has.
        let next = world.request(Scope::plain()).await;
        assert!(!next.members[0].sync.is_initial_sync);
    }

    async fn what_has_not_ended_stays_and_its_batch_with_it(db: TestDatabase) {
        let world = World::new(&db).await;
        let both = world.try_request(None, Scope::plain()).await.unwrap();
        let [ended, waits] = [0, 1].map(|at: usize| both.members[at].sync.clone());
        world.cancel(ended.id).await.unwrap();
        world.clock.advance(MOMENT);
        let newer = world.request(Scope::plain()).await.members[0].sync.clone();
        assert_eq!(newer.model_id, ended.model_id);
        world.clock.advance(Duration::days(200));
        assert_eq!(world.retain(Rule::Syncs).await, 0, "a caller may wait for the batch");
        assert_eq!(world.batch(both.id).await.unwrap().members.len(), 2);
        assert_eq!(world.status(waits.id).await, Status::Queued);
        world.cancel(waits.id).await.unwrap();
        assert_eq!(world.retain(Rule::Syncs).await, 1, "now nobody waits");
        assert!(!world.has_sync(&ended).await);
        assert!(world.has_sync(&waits).await && world.has_sync(&newer).await);
    }

    async fn records_and_states_outlive_the_syncs_that_wrote_them(db: TestDatabase) {
        let world = World::new(&db).await;
        world.full_pass(&[("a", json!(1))], Unseen::Gone).await;
        let fence = world.start(false).await;
        let mut closing = page(1, &[("b", json!(1))]);
        closing.states = vec![crate::world::state("", "1")];
        world.commit(fence, closing).await.unwrap();
        world.complete_all(fence).await;
        for _ in 0..3 {
            world.ended().await;
        }
        let before = (world.live().await, world.db_number("SELECT COUNT(*) FROM model_states"));
        assert_eq!(before.1, 1);
        world.clock.advance(Duration::days(4000));
        for rule in Rule::ALL {
            world.retain(rule).await;
        }
        assert_eq!(world.db_number("SELECT COUNT(*) FROM syncs"), 1);
        assert_eq!((world.live().await, world.db_number("SELECT COUNT(*) FROM model_states")), before);
        // And the next pass knows the records again.
        let sync = world.full_pass(&[("a", json!(1)), ("b", json!(1))], Unseen::Gone).await;
        assert_eq!(world.attempts(sync.id).await[0].counters.unchanged, 2);
    }

    async fn a_failed_sync_takes_all_its_attempts_along(db: TestDatabase) {
        let world = World::new(&db).await;
        let fence = world.start(true).await;
        world.commit(fence, page(1, &[("a", json!(1))])).await.unwrap();
        world.fail(fence, transient("502")).await.unwrap();
        world.clock.advance(Duration::hours(1));
        world.write(|tx| tx.enqueue_due_syncs(10)).await.unwrap();
        let fence = world.claim(1).await[0];
        world.cancel(fence.sync_id).await.unwrap();
        assert_eq!(world.db_number("SELECT COUNT(*) FROM attempts"), 2);
        world.ended().await;
        world.clock.advance(Duration::days(91));
        assert_eq!(world.retain(Rule::Syncs).await, 1);
        assert_eq!(world.db_number("SELECT COUNT(*) FROM attempts"), 1);
    }

    async fn a_step_looks_at_no_more_than_it_is_told(db: TestDatabase) {
        let world = World::new(&db).await;
        for _ in 0..4 {
            world.ended().await;
        }
        world.clock.advance(Duration::days(100));
        let keep = Keep::default();
        let step = world
            .write(move |tx| tx.apply_rule(Rule::Syncs, &keep, Place::default(), 2))
            .await
            .unwrap();
        assert_eq!(step.count, 2);
        assert!(step.next.is_some());
        assert_eq!(world.db_number("SELECT COUNT(*) FROM syncs"), 2);
        assert_eq!(world.retain(Rule::Syncs).await, 1);
    }

    async fn deletions_go_and_older_cursors_expire(db: TestDatabase) {
        let world = World::new(&db).await;
        let all = [("a", json!(1)), ("b", json!(1)), ("c", json!(1)), ("d", json!(1)), ("e", json!(1))];
        world.full_pass(&all, Unseen::Gone).await;
        world.full_pass(&all[2..], Unseen::Gone).await;
        world.clock.advance(Duration::days(60));
        world.full_pass(&all[3..], Unseen::Gone).await;
        world.clock.advance(Duration::days(30));
        assert_eq!(world.retain(Rule::Deletions).await, 0);
        world.clock.advance(MOMENT);
        assert_eq!(world.retain(Rule::Deletions).await, 2, "a and b; c was deleted later");
        let keys: Vec<String> = world.records().await.into_iter().map(|record| record.key).collect();
        assert_eq!(keys, ["d", "e", "c"]);
        assert_eq!(world.live().await.len(), 2);
        assert_eq!(world.db_number("SELECT live_records FROM model_feeds WHERE last_number > 0"), 2);
        let (organization, model) = (world.organization, world.model());
        let list = |number: i64| {
            let after = Some(FeedPlace::at(number));
            world.store.read(move |tx| tx.list_records_of_model(organization, model, after, true, 10))
        };
        assert!(matches!(list(6).await, Err(StoreError::CursorExpired)), "b was number 7");
        assert_eq!(list(7).await.unwrap().records.len(), 1);
        // What went may come back, as a new record.
        world.full_pass(&all, Unseen::Gone).await;
        assert_eq!(world.live().await.len(), 5);
        assert_eq!(world.retain(Rule::Deletions).await, 0);
        // And a pass still tells what is gone.
        world.full_pass(&all[..4], Unseen::Gone).await;
        assert_eq!(world.live().await.into_keys().collect::<Vec<_>>(), ["a", "b", "c", "d"]);
    }

    /// Otherwise nobody could read a model from the start, page by page, whose oldest records are
    /// older than a deletion that went.
    async fn who_began_behind_the_purge_reads_to_the_end(db: TestDatabase) {
        let world = World::new(&db).await;
        let all = [("a", json!(1)), ("b", json!(1)), ("c", json!(1)), ("d", json!(1))];
        world.full_pass(&all, Unseen::Gone).await;
        world.full_pass(&all[..3], Unseen::Gone).await;
        world.clock.advance(Duration::days(91));
        assert_eq!(world.retain(Rule::Deletions).await, 1);
        let (organization, model) = (world.organization, world.model());
        let list = |after: Option<FeedPlace>| {
            world.store.read(move |tx| tx.list_records_of_model(organization, model, after, true, 1))
        };
        let first = list(None).await.unwrap();
        assert_eq!(first.cursor, FeedPlace { number: 1, begun_at: 5 });
        let second = list(Some(first.cursor)).await.unwrap();
        assert_eq!(second.records[0].key, "b");
        let knows_d = FeedPlace::at(4);
        assert!(matches!(list(Some(knows_d)).await, Err(StoreError::CursorExpired)));
        // But not for ever: c is deleted behind its beginning, and then forgotten.
        world.full_pass(&all[..2], Unseen::Gone).await;
        assert_eq!(list(Some(second.cursor)).await.unwrap().records[0].key, "c");
        world.clock.advance(Duration::days(91));
        assert_eq!(world.retain(Rule::Deletions).await, 1);
        assert!(matches!(list(Some(second.cursor)).await, Err(StoreError::CursorExpired)));
    }

    async fn small_things_go_too(db: TestDatabase) {
        let world = World::new(&db).await;
        let (organization, connection) = (world.organization, world.connection.id);
        let slots = Slots { all: 1, for_scheduled: 1 };
        world
            .write(move |tx| {
                let key = |key: &str| IdempotencyKey {
                    organization_id: organization,
                    method: "POST".into(),
                    path: "/".into(),
                    key: key.into(),
                    request_hash: [1; 32],
                };
                let answer = StoredAnswer { status: 200, headers: Vec::new(), body: String::new() };
                for name in ["one", "two", "three"] {
                    tx.store_answer(&key(name), &answer)?;
                    tx.announce_worker(name, slots, Caps::default(), LEASE)?;
                    let purpose = Purpose::new(name).unwrap();
                    let holder = uuid::Uuid::from_u128(1);
                    tx.claim_credential(organization, connection, &purpose, holder, LEASE)?;
                }
                Ok(())
            })
            .await
            .unwrap();
        assert_eq!(world.retain(Rule::CredentialLeases).await, 0);
        world.clock.advance(LEASE + MOMENT);
        assert_eq!(world.retain(Rule::CredentialLeases).await, 3);
        world.clock.advance(Duration::days(1) - LEASE - MOMENT);
        assert_eq!(world.retain(Rule::Workers).await, 0, "they have been silent for less than a day");
        world.clock.advance(LEASE + MOMENT);
        assert_eq!(world.retain(Rule::Workers).await, 3);
        assert_eq!(world.retain(Rule::IdempotencyKeys).await, 3);
    }

    async fn what_is_kept_for_ever_is_kept(db: TestDatabase) {
        let world = World::new(&db).await;
        for _ in 0..3 {
            world.ended().await;
        }
        world.clock.advance(Duration::days(10_000));
        let for_ever = Duration::MAX;
        let keep = Keep { syncs: for_ever, deletions: for_ever, audit_events: for_ever, events: for_ever };
        for rule in [Rule::Syncs, Rule::Batches, Rule::Deletions, Rule::AuditEvents, Rule::Events] {
            assert_eq!(world.retain_by(rule, keep, 10).await, 0);
        }
    }

    async fn rows_of_a_deleted_connection_are_left_to_its_purge(db: TestDatabase) {
        let world = World::new(&db).await;
        world.ended().await;
        world.ended().await;
        let (organization, connection) = (world.organization, world.connection.id);
        world.write(move |tx| tx.delete_connection(organization, connection)).await.unwrap();
        world.clock.advance(Duration::days(100));
        assert_eq!(world.retain(Rule::Syncs).await, 0);
        assert!(world.write(|tx| tx.purge_deleted(1000)).await.unwrap() > 0);
    }
}
