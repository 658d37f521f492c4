//! What a full pass does not see is gone: or suspect, or held.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use syncline_domain::Status;
use syncline_domain::state::Fingerprint;
use syncline_store::error::StoreError;
use syncline_store::runs::{DeleteGuard, Phase, SweepStep, Unseen};
use syncline_test_support::{TestDatabase, both_databases};

use crate::world::{World, page};

fn numbered(numbers: impl IntoIterator<Item = i64>) -> Vec<(String, Value)> {
    numbers
        .into_iter()
        .map(|i| (format!("k{i:04}"), json!({ "i": i })))
        .collect()
}

fn borrowed(records: &[(String, Value)]) -> Vec<(&str, Value)> {
    records
        .iter()
        .map(|(key, value)| (key.as_str(), value.clone()))
        .collect()
}

fn suspect() -> Unseen {
    Unseen::Suspect {
        reason: "offset paging was resumed".into(),
    }
}

both_databases! {
    async fn what_is_gone_becomes_a_tombstone_and_may_come_back(db: TestDatabase) {
        let world = World::new(&db).await;
        world.full_pass(&[("a", json!(1)), ("b", json!(2)), ("c", json!(3))], Unseen::Gone).await;
        let before = world.records().await;
        world.clock.advance(chrono::Duration::minutes(1));
        let sync = world.full_pass(&[("a", json!(1)), ("c", json!(3))], Unseen::Gone).await;
        let records = world.records().await;
        let gone = records.last().unwrap();
        assert_eq!((gone.key.as_str(), gone.number, gone.sync_id), ("b", 4, sync.id));
        assert_eq!(gone.deleted_at, Some(world.now()));
        assert_eq!(gone.data.get(), "2");
        assert_eq!(world.attempts(sync.id).await[0].counters.deleted, 1);
        assert_eq!(world.db_number("SELECT live_records FROM model_feeds WHERE last_number > 0"), 2);

        world.clock.advance(chrono::Duration::minutes(1));
        let sync = world.full_pass(&[("a", json!(1)), ("b", json!(2)), ("c", json!(3))], Unseen::Gone).await;
        let records = world.records().await;
        let back = records.last().unwrap();
        assert_eq!((back.key.as_str(), back.number, back.deleted_at), ("b", 5, None));
        let old = before.iter().find(|record| record.key == "b").unwrap();
        assert_eq!((back.id, back.created_at), (old.id, old.created_at));
        assert_eq!(back.modified_at, Some(world.now()));
        let counters = world.attempts(sync.id).await[0].counters;
        assert_eq!((counters.changed, counters.unchanged, counters.added), (1, 2, 0));
        let organization = world.organization;
        let (model, id) = (world.model(), back.id);
        assert!(world.read(move |tx| tx.find_record(organization, model, id)).await.is_some());
        // Its ordinal stayed: the next pass knows it again.
        world.full_pass(&[("a", json!(1))], Unseen::Gone).await;
        assert_eq!(world.live().await.len(), 1);
    }

    async fn a_sweep_goes_on_where_it_was(db: TestDatabase) {
        let world = World::new(&db).await;
        let all = numbered(0..100);
        world.full_pass(&borrowed(&all), Unseen::Gone).await;
        let fence = world.start(true).await;
        let kept = numbered((0..100).filter(|i| i % 4 == 0));
        world.commit(fence, page(1, &borrowed(&kept))).await.unwrap();
        assert!(world.prove(fence, Unseen::Gone).await);
        assert!(matches!(world.complete(fence).await, Err(StoreError::Conflict(_))));
        assert_eq!(world.sweep(fence, 10).await, SweepStep { deleted: 10, is_done: false });
        // The worker dies; the next attempt sweeps on.
        world.write(move |tx| tx.release_sync(fence)).await.unwrap();
        let fence = world.claim(1).await[0];
        let run = world.read(move |tx| tx.read_run(fence)).await;
        assert_eq!(run.phase, Phase::Sweep);
        let mut deleted = 10;
        loop {
            let step = world.sweep(fence, 10).await;
            assert!(step.deleted <= 10);
            deleted += step.deleted;
            if step.is_done {
                break;
            }
        }
        assert_eq!(deleted, 75);
        assert_eq!(world.sweep(fence, 10).await, SweepStep { deleted: 0, is_done: true });
        world.complete(fence).await.unwrap();
        let live = world.live().await;
        let keys: BTreeSet<String> = kept.into_iter().map(|(key, _)| key).collect();
        assert_eq!(live.into_keys().collect::<BTreeSet<_>>(), keys);
        let numbers: Vec<i64> = world.records().await.iter().map(|record| record.number).collect();
        assert_eq!(numbers.last(), Some(&175), "one entry for each change");
        assert_eq!(world.db_number("SELECT live_records FROM model_feeds WHERE last_number > 0"), 25);
        assert_eq!(world.db_number("SELECT COUNT(*) FROM seen_pages"), 0);
        let deleted: i64 = world.attempts(fence.sync_id).await.iter().map(|a| a.counters.deleted).sum();
        assert_eq!(deleted, 75, "over both attempts");
    }

    /// A long stretch of what is still there ends a step without a tombstone.
    async fn a_step_looks_at_a_bounded_number_of_rows(db: TestDatabase) {
        let world = World::new(&db).await;
        let all = numbered(0..100);
        world.full_pass(&borrowed(&all), Unseen::Gone).await;
        let fence = world.start(true).await;
        world.commit(fence, page(1, &borrowed(&all[..99]))).await.unwrap();
        world.prove(fence, Unseen::Gone).await;
        let mut steps = Vec::new();
        while steps.last().is_none_or(|step: &SweepStep| !step.is_done) {
            steps.push(world.sweep(fence, 3).await);
        }
        assert_eq!(steps.iter().map(|step| step.deleted).collect::<Vec<_>>(), [0, 0, 0, 1]);
        world.complete(fence).await.unwrap();
    }

    async fn too_many_are_held(db: TestDatabase) {
        let world = World::new(&db).await;
        let all = numbered(0..100);
        world.full_pass(&borrowed(&all), Unseen::Gone).await;
        for (kept, is_held) in [(79, true), (80, false)] {
            let fence = world.start(true).await;
            world.commit(fence, page(1, &borrowed(&all[..kept]))).await.unwrap();
            let sweeps = world.prove_within(fence, Unseen::Gone, DeleteGuard::default()).await;
            assert_eq!(sweeps, !is_held, "{kept} of 100 were seen");
            if is_held {
                assert_eq!(world.warnings(fence.sync_id).await, ["deletes_held"]);
                assert_eq!(world.sweep(fence, 10).await, SweepStep { deleted: 0, is_done: true });
                assert_eq!(world.complete(fence).await.unwrap().lifecycle.status(), Status::Complete);
                assert_eq!(world.live().await.len(), 100);
            } else {
                while !world.sweep(fence, 100).await.is_done {}
                world.complete(fence).await.unwrap();
                assert_eq!(world.live().await.len(), 80);
            }
        }
    }

    async fn few_rows_are_below_the_guard_whatever_their_share(db: TestDatabase) {
        let world = World::new(&db).await;
        let all = numbered(0..12);
        world.full_pass(&borrowed(&all), Unseen::Gone).await;
        let fence = world.start(true).await;
        world.commit(fence, page(1, &borrowed(&all[..2]))).await.unwrap();
        assert!(world.prove_within(fence, Unseen::Gone, DeleteGuard::default()).await);
    }

    async fn an_empty_pass_deletes_nothing(db: TestDatabase) {
        let world = World::new(&db).await;
        let first = world.full_pass(&[], Unseen::Gone).await;
        assert_eq!(world.warnings(first.id).await, [""; 0], "nothing was there");
        world.full_pass(&[("a", json!(1))], Unseen::Gone).await;
        let sync = world.full_pass(&[], Unseen::Gone).await;
        assert_eq!(world.warnings(sync.id).await, ["empty_full_pass"]);
        assert_eq!(world.live().await.len(), 1);
    }

    async fn suspects_go_when_two_passes_in_a_row_miss_them(db: TestDatabase) {
        let world = World::new(&db).await;
        let all = [("a", json!(1)), ("b", json!(1)), ("c", json!(1)), ("d", json!(1))];
        world.full_pass(&all, Unseen::Gone).await;
        let first = world.full_pass(&all[..2], suspect()).await;
        assert_eq!(world.live().await.len(), 4, "c and d are suspects");
        assert_eq!(world.warnings(first.id).await, ["deletes_suspected"]);
        // c is back, b is missed for the first time, d for the second.
        world.full_pass(&[("a", json!(1)), ("c", json!(1))], suspect()).await;
        assert_eq!(world.live().await.into_keys().collect::<Vec<_>>(), ["a", "b", "c"]);
        // c was seen between, so that it is missed for the first time; b for the second.
        world.full_pass(&[("a", json!(1))], suspect()).await;
        assert_eq!(world.live().await.into_keys().collect::<Vec<_>>(), ["a", "c"]);
        // A pass that sees everything clears everybody.
        world.full_pass(&[("a", json!(1)), ("c", json!(1))], suspect()).await;
        assert_eq!(world.db_number("SELECT COUNT(*) FROM models WHERE suspects IS NOT NULL"), 0);
        world.full_pass(&[("a", json!(1))], suspect()).await;
        assert_eq!(world.live().await.len(), 2);
    }

    async fn a_pass_under_two_configurations_deletes_nothing_at_once(db: TestDatabase) {
        let world = World::new(&db).await;
        world.full_pass(&[("a", json!(1)), ("b", json!(1))], Unseen::Gone).await;
        let fence = world.start(true).await;
        let mut changed = page(1, &[("a", json!(1))]);
        changed.position.fingerprint = Fingerprint::new("another configuration");
        world.commit(fence, changed).await.unwrap();
        assert!(world.prove(fence, Unseen::Gone).await);
        while !world.sweep(fence, 10).await.is_done {}
        world.complete(fence).await.unwrap();
        assert_eq!(world.live().await.len(), 2, "b is a suspect, whichever attempt came to the end");
        assert_eq!(world.warnings(fence.sync_id).await, ["deletes_suspected"]);
    }

    async fn what_was_held_stays_suspect_and_what_was_seen_does_not(db: TestDatabase) {
        let world = World::new(&db).await;
        let all = numbered(0..40);
        world.full_pass(&borrowed(&all), Unseen::Gone).await;
        world.full_pass(&borrowed(&all[..10]), suspect()).await;
        let fence = world.start(true).await;
        world.commit(fence, page(1, &borrowed(&all[..15]))).await.unwrap();
        assert!(!world.prove_within(fence, suspect(), DeleteGuard::default()).await);
        assert_eq!(world.warnings(fence.sync_id).await, ["deletes_held"]);
        world.complete(fence).await.unwrap();
        assert_eq!(world.live().await.len(), 40);
        world.full_pass(&borrowed(&all[..5]), suspect()).await;
        let expected: Vec<String> = all[..15].iter().map(|(key, _)| key.clone()).collect();
        assert_eq!(world.live().await.into_keys().collect::<Vec<_>>(), expected);
    }

    async fn a_part_says_nothing_about_the_rest(db: TestDatabase) {
        let world = World::new(&db).await;
        world.full_pass(&[("a", json!(1)), ("b", json!(1))], Unseen::Gone).await;
        let fence = world.start(false).await;
        world.commit(fence, page(1, &[("a", json!(1))])).await.unwrap();
        assert!(!world.prove(fence, Unseen::Gone).await, "it was not remembered as a full pass");
        world.complete(fence).await.unwrap();
        let start = "2020-01-01T00:00:00Z".parse().unwrap();
        let scope = syncline_domain::scope::Scope::requested(Some(start), None, None, false).unwrap();
        let fence = world.start_scope(scope, true).await;
        world.commit(fence, page(1, &[("a", json!(1))])).await.unwrap();
        assert!(!world.prove(fence, Unseen::Gone).await, "it was asked for a range");
        world.complete(fence).await.unwrap();
        assert_eq!(world.live().await.len(), 2);
    }
}
