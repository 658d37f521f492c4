//! Pages: what they write, count and leave alone.

use serde_json::json;
use syncline_domain::Status;
use syncline_domain::attempt::{Counters, Warning};
use syncline_domain::state::Progress;
use syncline_store::error::StoreError;
use syncline_store::runs::Unseen;
use syncline_test_support::{TestDatabase, both_databases};

use crate::world::{World, page, position, raw_page, transient};

both_databases! {
    async fn a_page_lands_with_its_position_and_counters(db: TestDatabase) {
        let world = World::new(&db).await;
        let fence = world.start(false).await;
        let counted = world
            .commit(fence, page(1, &[("a", json!({"n": 1})), ("b", json!({"n": 2}))]))
            .await
            .unwrap();
        let expected = Counters {
            pages: 1, records: 2, added: 2, changed: 0, unchanged: 0, deleted: 0, bytes: 100, requests: 1,
        };
        assert_eq!(counted, expected);
        world.clock.advance(chrono::Duration::seconds(5));
        let counted = world
            .commit(fence, page(2, &[("b", json!({"n": 3})), ("a", json!({"n": 1})), ("c", json!({}))]))
            .await
            .unwrap();
        assert_eq!((counted.added, counted.changed, counted.unchanged), (1, 1, 1));

        let records = world.records().await;
        let feed: Vec<(&str, i64)> = records.iter().map(|r| (r.key.as_str(), r.number)).collect();
        assert_eq!(feed, [("a", 1), ("b", 3), ("c", 4)]);
        assert_eq!(records[1].modified_at, Some(world.now()));
        assert_eq!(records[0].modified_at, None);
        assert!(records.iter().all(|record| record.sync_id == fence.sync_id));

        let run = world.read(move |tx| tx.read_run(fence)).await;
        assert_eq!(run.position, Some(position(2)));
        assert_eq!(run.sync.pagination_state.as_object()["request"], 2);
        let attempt = &world.attempts(fence.sync_id).await[0];
        assert_eq!(attempt.counters.pages, 2);
        assert_eq!(attempt.counters.records, 5);
        assert_eq!(attempt.counters.added, 3);
        assert_eq!(world.db_number("SELECT live_records FROM model_feeds WHERE last_number > 0"), 3);
    }

    async fn the_last_of_equal_keys_wins(db: TestDatabase) {
        let world = World::new(&db).await;
        for (attempt, request) in [(1, 1), (1, 2)] {
            let _ = attempt;
            if request == 1 {
                let fence = world.start(false).await;
                let counted = world
                    .commit(fence, page(1, &[("a", json!(1)), ("b", json!(2)), ("a", json!(3))]))
                    .await
                    .unwrap();
                assert_eq!((counted.records, counted.added), (2, 2));
                world.prove(fence, Unseen::Unknown).await;
                world.complete(fence).await.unwrap();
            } else {
                let fence = world.start(false).await;
                let counted = world
                    .commit(fence, page(1, &[("a", json!(9)), ("a", json!(3)), ("b", json!(4))]))
                    .await
                    .unwrap();
                assert_eq!((counted.records, counted.changed, counted.unchanged), (2, 1, 1));
            }
        }
        let records = world.records().await;
        let feed: Vec<(&str, &str, i64)> =
            records.iter().map(|r| (r.key.as_str(), r.data.get(), r.number)).collect();
        assert_eq!(feed, [("a", "3", 2), ("b", "4", 3)]);
    }

    async fn what_says_the_same_is_not_written(db: TestDatabase) {
        let world = World::new(&db).await;
        let fence = world.start(false).await;
        let first = [("a", r#"{"x":1,"y":[1,2]}"#.to_owned()), ("b", r#"{"n":1}"#.to_owned())];
        world.commit(fence, raw_page(1, &first)).await.unwrap();
        let before: Vec<String> = dump(&world).await;
        let second = [("a", r#"{ "y": [1, 2], "x": 1 }"#.to_owned()), ("b", r#"{"n":1}"#.to_owned())];
        let counted = world.commit(fence, raw_page(2, &second)).await.unwrap();
        assert_eq!((counted.unchanged, counted.changed), (2, 0));
        assert_eq!(dump(&world).await, before);
        let third = [("a", r#"{"x":1.0,"y":[1,2]}"#.to_owned())];
        let counted = world.commit(fence, raw_page(3, &third)).await.unwrap();
        assert_eq!(counted.changed, 1, "numbers count as they are written");
    }

    async fn odd_texts_survive(db: TestDatabase) {
        let world = World::new(&db).await;
        let fence = world.start(false).await;
        let texts = [
            ("nul\0key", r#"{"a":"x\u0000y","\u0000":1}"#),
            ("half", r#"{"a":"\ud800"}"#),
            ("order", r#"{"z":1,  "a":2,"z":3}"#),
            ("long", "123456789012345678901234567890.10"),
            ("quote'\"\\", r#""it's \"so\" \\ ""#),
            ("ключ🗝", r#"{"ю":"🗝"}"#),
            ("", "null"),
        ];
        let records: Vec<(&str, String)> =
            texts.iter().map(|(key, data)| (*key, (*data).to_owned())).collect();
        world.commit(fence, raw_page(1, &records)).await.unwrap();
        let counted = world.commit(fence, raw_page(2, &records)).await.unwrap();
        assert_eq!(counted.unchanged, 7);
        let stored = world.records().await;
        let stored: Vec<(&str, &str)> =
            stored.iter().map(|record| (record.key.as_str(), record.data.get())).collect();
        assert_eq!(stored, texts);
    }

    async fn a_page_that_fails_leaves_no_trace(db: TestDatabase) {
        let world = World::new(&db).await;
        let fence = world.start(true).await;
        world.commit(fence, page(1, &[("a", json!(1))])).await.unwrap();
        let before = world.db_dump();
        let failed: Result<(), StoreError> = world
            .write(move |tx| {
                tx.commit_page(fence, chrono::Duration::seconds(9), &page(2, &[("a", json!(2)), ("b", json!(3))]))?;
                Err(StoreError::Conflict("after the page".into()))
            })
            .await;
        assert!(failed.is_err());
        assert_eq!(world.db_dump(), before);
        // One that the database refuses half-way: the new record's feed number is taken.
        world.db_execute("UPDATE model_feeds SET last_number = 0 WHERE last_number > 0");
        let before = world.db_dump();
        let failed = world.commit(fence, page(2, &[("b", json!(3))])).await;
        assert!(failed.is_err());
        assert_eq!(world.db_dump(), before);
    }

    async fn a_page_renews_the_lease_and_its_progress_the_budget(db: TestDatabase) {
        let world = World::new(&db).await;
        let mut fence = world.start(false).await;
        for _ in 0..2 {
            world.fail(fence, transient("502")).await.unwrap();
            world.clock.advance(chrono::Duration::hours(1));
            world.write(|tx| tx.enqueue_due_syncs(10)).await.unwrap();
            fence = world.claim(1).await[0];
        }
        assert_eq!(world.sync(fence.sync_id).await.lifecycle.parts().spent.consecutive, 2);
        world.clock.advance(chrono::Duration::seconds(30));
        world.commit(fence, page(1, &[])).await.unwrap();
        let spent = world.sync(fence.sync_id).await.lifecycle.parts().spent.clone();
        assert_eq!((spent.consecutive, spent.total), (0, 2));
        assert_eq!(spent.furthest, Progress { slice: 0, request: 1, record: 0 });
        assert_eq!(world.read(|tx| tx.next_due_at()).await, Some(world.now() + crate::world::LEASE));

        world.fail(fence, transient("502")).await.unwrap();
        world.clock.advance(chrono::Duration::hours(1));
        world.write(|tx| tx.enqueue_due_syncs(10)).await.unwrap();
        let fence = world.claim(1).await[0];
        world.commit(fence, page(1, &[])).await.unwrap();
        let spent = world.sync(fence.sync_id).await.lifecycle.parts().spent.clone();
        assert_eq!(spent.consecutive, 1, "the same page again is no progress");
    }

    async fn a_warning_is_kept_once(db: TestDatabase) {
        let world = World::new(&db).await;
        let fence = world.start(false).await;
        let warning = |message: &str| Warning { code: "odd".into(), message: message.into() };
        for (request, message) in [(1, "one"), (2, "one"), (3, "two")] {
            let mut page = page(request, &[]);
            page.warnings = vec![warning(message), warning(message)];
            world.commit(fence, page).await.unwrap();
        }
        assert_eq!(world.attempts(fence.sync_id).await[0].warnings, [warning("one"), warning("two")]);
    }

    async fn no_page_comes_after_the_proven_end(db: TestDatabase) {
        let world = World::new(&db).await;
        let fence = world.start(false).await;
        assert!(matches!(world.complete(fence).await, Err(StoreError::Conflict(_))));
        world.prove(fence, Unseen::Unknown).await;
        let refused = world.commit(fence, page(1, &[("a", json!(1))])).await;
        assert!(matches!(refused, Err(StoreError::Conflict(_))));
        let done = world.complete(fence).await.unwrap();
        assert_eq!(done.lifecycle.status(), Status::Complete);
        assert_eq!(done.lifecycle.parts().completed_at, Some(world.now()));
        assert_eq!(world.sync(fence.sync_id).await, done);
    }

    /// A run that begins with new records alone goes on by inserting; one known record turns it
    /// to comparing. Neither shows in what is stored.
    async fn a_wrong_guess_costs_nothing_but_time(db: TestDatabase) {
        let world = World::new(&db).await;
        let fence = world.start(true).await;
        world.commit(fence, page(1, &[("b", json!(1)), ("d", json!(2))])).await.unwrap();
        let mixed = [("a", json!(3)), ("b", json!(4)), ("c", json!(5)), ("d", json!(2))];
        let counted = world.commit(fence, page(2, &mixed)).await.unwrap();
        assert_eq!((counted.added, counted.changed, counted.unchanged), (2, 1, 1));
        let records = world.records().await;
        let feed: Vec<(&str, i64)> = records.iter().map(|r| (r.key.as_str(), r.number)).collect();
        assert_eq!(feed, [("d", 2), ("a", 3), ("b", 4), ("c", 5)], "dense, in the page's order");
        assert!(!world.prove(fence, Unseen::Gone).await, "all four were seen");
    }
}

async fn dump(world: &World) -> Vec<String> {
    world
        .records()
        .await
        .iter()
        .map(|record| format!("{record:?}"))
        .collect()
}
