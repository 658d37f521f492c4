//! Deletes that are too many are held: somebody decides, and what follows is done in batches.

use std::collections::BTreeSet;

use chrono::Duration;
use serde_json::{Value, json};
use syncline_domain::HeldDeletesId;
use syncline_domain::held::{HeldDecision, HeldStatus};
use syncline_domain::scope::Scope;
use syncline_store::error::StoreError;
use syncline_store::held::{HeldDeletes, HeldFilter, HeldReason};
use syncline_store::page::PageRequest;
use syncline_store::retention::{Keep, Place, Rule};
use syncline_store::runs::{DeleteGuard, Unseen};
use syncline_test_support::{TestDatabase, both_databases};

use crate::world::{World, page};

/// Records of the first model, `k000` and so on.
pub fn numbered(numbers: impl IntoIterator<Item = usize>) -> Vec<(String, Value)> {
    numbers
        .into_iter()
        .map(|i| (format!("k{i:03}"), json!({ "i": i })))
        .collect()
}

pub fn borrowed(records: &[(String, Value)]) -> Vec<(&str, Value)> {
    records
        .iter()
        .map(|(key, value)| (key.as_str(), value.clone()))
        .collect()
}

impl World {
    /// Forty records, of which a pass sees the first `seen`: more than the guard lets go.
    pub async fn hold(&self, seen: usize) -> HeldDeletes {
        let all = numbered(0..40);
        self.full_pass(&borrowed(&all), Unseen::Gone).await;
        self.guarded_pass(&all[..seen], Unseen::Gone).await;
        self.held(&[HeldStatus::Held]).await.remove(0)
    }

    /// A full pass by the guard that everybody has.
    pub async fn guarded_pass(&self, seen: &[(String, Value)], unseen: Unseen) {
        self.clock.advance(Duration::seconds(1));
        let fence = self.start(true).await;
        if !seen.is_empty() {
            self.commit(fence, page(1, &borrowed(seen))).await.unwrap();
        }
        if self
            .prove_within(fence, unseen, DeleteGuard::default())
            .await
        {
            while !self.sweep(fence, 1000).await.is_done {}
        }
        self.complete(fence).await.unwrap();
    }

    pub async fn held(&self, statuses: &[HeldStatus]) -> Vec<HeldDeletes> {
        let organization = self.organization;
        let filter = HeldFilter {
            statuses: statuses.to_vec(),
            ..HeldFilter::default()
        };
        let page = PageRequest {
            after: None,
            limit: 100,
        };
        self.read(move |tx| tx.list_held_deletes_of_organization(organization, &filter, page))
            .await
            .items
    }

    pub async fn decide(
        &self,
        id: HeldDeletesId,
        decision: HeldDecision,
    ) -> Result<HeldDeletes, StoreError> {
        let organization = self.organization;
        self.write(move |tx| tx.decide_held_deletes(organization, id, decision))
            .await
    }

    pub async fn batch_of_held(&self, limit: i64) -> Option<HeldDeletes> {
        self.write(move |tx| tx.work_off_held_deletes(limit))
            .await
            .unwrap()
    }

    /// Works off what was decided, in small batches; gives how it stands.
    pub async fn worked_off(&self) -> HeldDeletes {
        let mut last = None;
        while let Some(held) = self.batch_of_held(3).await {
            last = Some(held);
        }
        last.unwrap()
    }

    pub async fn held_keys(&self, id: HeldDeletesId) -> Vec<String> {
        let organization = self.organization;
        let (mut keys, mut after) = (Vec::new(), None);
        loop {
            let page = PageRequest { after, limit: 7 };
            let (_, page) = self
                .read(move |tx| tx.list_held_records(organization, id, page))
                .await;
            keys.extend(page.items.into_iter().map(|record| record.key));
            after = page.next;
            if after.is_none() {
                return keys;
            }
        }
    }

    pub async fn live_keys(&self) -> BTreeSet<String> {
        self.live().await.into_keys().collect()
    }

    fn live_records(&self) -> i64 {
        self.db_number("SELECT live_records FROM model_feeds WHERE last_number > 0")
    }
}

pub fn keys(numbers: impl IntoIterator<Item = usize>) -> Vec<String> {
    numbered(numbers).into_iter().map(|(key, _)| key).collect()
}

both_databases! {
    async fn what_is_released_becomes_tombstones(db: TestDatabase) {
        let world = World::new(&db).await;
        let held = world.hold(20).await;
        assert_eq!((held.held, held.live, held.reason), (20, 40, HeldReason::TooMany));
        let warning = world.attempts(held.sync_id).await[0].warnings[0].clone();
        assert!(warning.message.contains(&held.id.to_string()), "{}", warning.message);
        assert_eq!(world.held_keys(held.id).await, keys(20..40));
        assert_eq!(world.live().await.len(), 40);
        let decided = world.decide(held.id, HeldDecision::Release).await.unwrap();
        assert_eq!(decided.status, HeldStatus::Releasing);
        let first = world.batch_of_held(3).await.unwrap();
        assert_eq!((first.status, first.released), (HeldStatus::Releasing, 3));
        assert_eq!(world.live_records(), 37);
        // Again, in the middle of it: nothing changes.
        assert_eq!(world.decide(held.id, HeldDecision::Release).await.unwrap(), first);
        let done = world.worked_off().await;
        assert_eq!((done.status, done.released), (HeldStatus::Released, 20));
        assert_eq!(world.live_keys().await.len(), 20);
        assert_eq!(world.live_records(), 20);
        let records = world.records().await;
        let numbers: Vec<i64> = records.iter().map(|record| record.number).collect();
        assert_eq!(numbers, (1..=20).chain(41..=60).collect::<Vec<_>>(), "one entry for each");
        assert!(records[20..].iter().all(|record| record.sync_id == held.sync_id));
        assert!(world.held_keys(held.id).await.is_empty());
        assert_eq!(world.decide(held.id, HeldDecision::Release).await.unwrap(), done);
    }

    async fn what_a_sync_has_seen_since_is_spared(db: TestDatabase) {
        let world = World::new(&db).await;
        let held = world.hold(20).await;
        // No full pass: one record as it was, one that changed, and a new one.
        let fence = world.start(false).await;
        let changed = ("k022", json!({ "i": -1 }));
        let part = [("k021", json!({ "i": 21 })), changed, ("new", json!(1))];
        world.commit(fence, page(1, &part)).await.unwrap();
        world.complete_all(fence).await;
        let now = world.held(&[HeldStatus::Held]).await.remove(0);
        assert_eq!((now.id, now.spared), (held.id, 2));
        world.decide(held.id, HeldDecision::Release).await.unwrap();
        world.batch_of_held(3).await.unwrap();
        // And while it goes on.
        let fence = world.start(false).await;
        world.commit(fence, page(1, &[("k039", json!({ "i": 39 }))])).await.unwrap();
        // One that is deleted already comes back as a change.
        world.commit(fence, page(2, &[("k020", json!({ "i": 20 }))])).await.unwrap();
        let done = world.worked_off().await;
        world.complete_all(fence).await;
        assert_eq!((done.released, done.spared), (17, 4));
        let mut kept: BTreeSet<String> = keys((0..23).chain([39])).into_iter().collect();
        kept.insert("new".to_owned());
        assert_eq!(world.live_keys().await, kept);
        assert_eq!(world.live_records(), 25);
    }

    async fn a_release_is_undone(db: TestDatabase) {
        let world = World::new(&db).await;
        let held = world.hold(20).await;
        world.decide(held.id, HeldDecision::Release).await.unwrap();
        world.worked_off().await;
        // One of them came back by itself, and one came back and went again.
        let all = numbered(0..40);
        world.clock.advance(Duration::hours(1));
        world.full_pass(&borrowed(&[&all[..20], &all[30..32]].concat()), Unseen::Gone).await;
        world.full_pass(&borrowed(&[&all[..20], &all[30..31]].concat()), Unseen::Gone).await;
        assert_eq!(world.decide(held.id, HeldDecision::Undo).await.unwrap().status, HeldStatus::Undoing);
        let first = world.batch_of_held(4).await.unwrap();
        assert_eq!((first.status, first.undone), (HeldStatus::Undoing, 4));
        assert_eq!(world.decide(held.id, HeldDecision::Undo).await.unwrap(), first);
        let done = world.worked_off().await;
        assert_eq!((done.status, done.undone), (HeldStatus::Undone, 18));
        let mut expected: BTreeSet<String> = keys(0..40).into_iter().collect();
        expected.remove("k031");
        assert_eq!(world.live_keys().await, expected);
        assert_eq!(world.live_records(), 39);
        let records = world.records().await;
        let back: Vec<_> = records.iter().rev().take(18).collect();
        assert!(back.iter().all(|record| record.modified_at == Some(world.now())));
        let late = world.decide(held.id, HeldDecision::Release).await;
        assert!(matches!(late, Err(StoreError::Conflict(_))));
    }

    async fn a_release_under_way_is_undone_as_far_as_it_came(db: TestDatabase) {
        let world = World::new(&db).await;
        let held = world.hold(20).await;
        world.decide(held.id, HeldDecision::Release).await.unwrap();
        world.batch_of_held(5).await;
        world.decide(held.id, HeldDecision::Undo).await.unwrap();
        let done = world.worked_off().await;
        assert_eq!((done.status, done.released, done.undone), (HeldStatus::Undone, 5, 5));
        assert_eq!(world.live_keys().await.len(), 40);
        // And one that had not begun.
        let held = world.hold(20).await;
        world.decide(held.id, HeldDecision::Release).await.unwrap();
        world.decide(held.id, HeldDecision::Undo).await.unwrap();
        assert_eq!(world.worked_off().await.status, HeldStatus::Undone);
        assert_eq!(world.live_records(), 40);
    }

    async fn what_is_dismissed_stays(db: TestDatabase) {
        let world = World::new(&db).await;
        let held = world.hold(20).await;
        let undo = world.decide(held.id, HeldDecision::Undo).await;
        assert!(matches!(undo, Err(StoreError::Conflict(_))));
        let done = world.decide(held.id, HeldDecision::Dismiss).await.unwrap();
        assert_eq!(done.status, HeldStatus::Dismissed);
        assert_eq!(world.decide(held.id, HeldDecision::Dismiss).await.unwrap(), done);
        assert!(world.batch_of_held(9).await.is_none());
        let late = world.decide(held.id, HeldDecision::Release).await;
        assert!(matches!(late, Err(StoreError::Conflict(_))));
        assert_eq!(world.live().await.len(), 40);
    }

    async fn a_newer_pass_takes_the_place_of_an_older_one(db: TestDatabase) {
        let world = World::new(&db).await;
        let old = world.hold(20).await;
        let all = numbered(0..40);
        world.guarded_pass(&[], Unseen::Gone).await;
        let held = world.held(&[]).await;
        assert_eq!(held.len(), 2);
        assert_eq!((held[0].reason, held[0].held), (HeldReason::NothingSeen, 40));
        assert_eq!((held[1].id, held[1].status), (old.id, HeldStatus::Superseded));
        let late = world.decide(old.id, HeldDecision::Release).await;
        assert!(matches!(late, Err(StoreError::Conflict(_))));
        // One that holds nothing, too.
        world.guarded_pass(&all[..39], Unseen::Gone).await;
        assert!(world.held(&[HeldStatus::Held]).await.is_empty());
        assert_eq!(world.live().await.len(), 39);
    }

    async fn of_a_doubtful_pass_those_are_held_that_were_missed_twice(db: TestDatabase) {
        let world = World::new(&db).await;
        let all = numbered(0..40);
        let doubt = || Unseen::Suspect { reason: "offset paging was resumed".into() };
        world.full_pass(&borrowed(&all), Unseen::Gone).await;
        world.guarded_pass(&all[..20], doubt()).await;
        assert!(world.held(&[]).await.is_empty());
        world.guarded_pass(&[&all[..15], &all[20..25]].concat(), doubt()).await;
        let held = world.held(&[HeldStatus::Held]).await.remove(0);
        assert_eq!(held.held, 15);
        assert_eq!(world.held_keys(held.id).await, keys(25..40));
    }

    async fn what_is_decided_goes_with_time(db: TestDatabase) {
        let world = World::new(&db).await;
        let released = world.hold(20).await;
        world.decide(released.id, HeldDecision::Release).await.unwrap();
        world.worked_off().await;
        let all = numbered(0..40);
        world.guarded_pass(&all[..2], Unseen::Gone).await;
        world.clock.advance(Duration::days(91));
        let purge = |tx: &mut syncline_store::tx::Tx<'_>| {
            tx.apply_rule(Rule::HeldDeletes, &Keep::default(), Place::default(), 10)
        };
        assert_eq!(world.write(purge).await.unwrap().count, 1);
        let left = world.held(&[]).await;
        assert_eq!(left.len(), 1);
        assert_eq!(left[0].status, HeldStatus::Held, "nobody has decided");
    }

    async fn tenants_and_deleted_connections_are_walls(db: TestDatabase) {
        let world = World::new(&db).await;
        let held = world.hold(20).await;
        let (other, _) = world.connect("other").await;
        let (foreign, id) = (other.organization_id, held.id);
        let refused = world
            .write(move |tx| tx.decide_held_deletes(foreign, id, HeldDecision::Release))
            .await;
        assert!(matches!(refused, Err(StoreError::NotFound { .. })));
        assert!(world.read(move |tx| tx.find_held_deletes(foreign, id)).await.is_none());
        let (organization, connection) = (world.organization, world.connection.id);
        world.write(move |tx| tx.delete_connection(organization, connection)).await.unwrap();
        assert!(world.held(&[]).await.is_empty());
        while world.write(|tx| tx.purge_deleted(100)).await.unwrap() > 0 {}
        assert_eq!(world.db_number("SELECT COUNT(*) AS n FROM held_deletes"), 0);
    }

    async fn a_full_refresh_that_is_held_is_no_other(db: TestDatabase) {
        let world = World::new(&db).await;
        let all = numbered(0..40);
        world.full_pass(&borrowed(&all), Unseen::Gone).await;
        let fence = world.start_scope(Scope::full_refresh(), true).await;
        world.commit(fence, page(1, &borrowed(&all[..10]))).await.unwrap();
        world.prove_within(fence, Unseen::Gone, DeleteGuard::default()).await;
        world.complete(fence).await.unwrap();
        assert_eq!(world.held(&[HeldStatus::Held]).await[0].held, 30);
    }
}
