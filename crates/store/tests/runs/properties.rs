//! Random pages against a model of a few lines: the same records, and one feed entry for each
//! real change, whichever way a page is written.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use syncline_domain::attempt::Counters;
use syncline_store::runs::Unseen;
use syncline_test_support::{TestDatabase, both_databases};

use crate::world::{World, raw_page};

/// What the store should hold.
#[derive(Default)]
struct Expected {
    live: BTreeMap<String, String>,
    deleted: BTreeMap<String, String>,
    /// Keys in the order of their last change.
    feed: Vec<(String, i64)>,
    last_number: i64,
}

impl Expected {
    fn land(&mut self, records: &[(String, String)]) -> Counters {
        let mut counted = Counters::default();
        for (index, (key, data)) in records.iter().enumerate() {
            if records[index + 1..].iter().any(|(later, _)| later == key) {
                continue;
            }
            counted.records += 1;
            match self.live.insert(key.clone(), data.clone()) {
                Some(old) if meaning(&old) == meaning(data) => {
                    self.live.insert(key.clone(), old);
                    counted.unchanged += 1;
                    continue;
                }
                Some(_) => counted.changed += 1,
                None if self.deleted.remove(key).is_some() => counted.changed += 1,
                None => counted.added += 1,
            }
            self.touch(key);
        }
        counted
    }

    fn sweep(&mut self, seen: &[String]) {
        let gone: Vec<String> = self
            .live
            .keys()
            .filter(|key| !seen.contains(key))
            .cloned()
            .collect();
        for key in gone {
            let data = self.live.remove(&key).unwrap();
            self.deleted.insert(key.clone(), data);
            self.touch(&key);
        }
    }

    fn touch(&mut self, key: &str) {
        self.feed.retain(|(other, _)| other != key);
        self.last_number += 1;
        self.feed.push((key.to_owned(), self.last_number));
    }
}

fn meaning(data: &str) -> serde_json::Value {
    serde_json::from_str(data).unwrap()
}

type Passes = Vec<(bool, Vec<Vec<(String, String)>>)>;

fn passes() -> impl Strategy<Value = Passes> {
    let record = (0..12u8, 0..3u8, any::<bool>()).prop_map(|(key, value, spaced)| {
        let data = if spaced {
            format!("{{ \"b\": 0, \"a\": {value} }}")
        } else {
            format!("{{\"a\":{value},\"b\":0}}")
        };
        (format!("k{key:02}"), data)
    });
    let page = proptest::collection::vec(record, 0..8);
    proptest::collection::vec((any::<bool>(), proptest::collection::vec(page, 0..4)), 1..5)
}

both_databases! {
    async fn pages_do_what_the_model_says(db: TestDatabase) {
        let world = World::new(&db).await;
        let config = Config { cases: 24, failure_persistence: None, ..Config::default() };
        let mut runner = TestRunner::new(config);
        for _ in 0..24 {
            let passes = passes().new_tree(&mut runner).unwrap().current();
            check(&world, &passes).await;
            for table in ["records", "seen_pages", "staged_states"] {
                world.db_execute(&format!("DELETE FROM {table}"));
            }
            world.db_execute("UPDATE model_feeds SET last_number = 0, live_records = 0");
        }
    }
}

async fn check(world: &World, passes: &Passes) {
    let mut expected = Expected::default();
    for (is_full_pass, pages) in passes {
        let fence = world.start(*is_full_pass).await;
        let mut seen = Vec::new();
        for (request, records) in pages.iter().enumerate() {
            let counted = world
                .commit(
                    fence,
                    raw_page(i64::try_from(request).unwrap() + 1, records),
                )
                .await
                .unwrap();
            let Counters {
                records: count,
                added,
                changed,
                unchanged,
                ..
            } = counted;
            let wanted = expected.land(records);
            assert_eq!(
                (count, added, changed, unchanged),
                (
                    wanted.records,
                    wanted.added,
                    wanted.changed,
                    wanted.unchanged
                ),
                "{passes:#?}"
            );
            seen.extend(records.iter().map(|(key, _)| key.clone()));
        }
        if world.prove(fence, Unseen::Gone).await {
            expected.sweep(&seen);
            while !world.sweep(fence, 2).await.is_done {}
        } else if *is_full_pass && !seen.is_empty() {
            let missed = expected
                .live
                .keys()
                .filter(|key| !seen.contains(key))
                .count();
            assert_eq!(missed, 0, "{passes:#?}");
        }
        world.complete(fence).await.unwrap();
        compare(world, &expected, passes).await;
    }
}

async fn compare(world: &World, expected: &Expected, passes: &Passes) {
    let records = world.records().await;
    let feed: Vec<(String, i64)> = records.iter().map(|r| (r.key.clone(), r.number)).collect();
    assert_eq!(feed, expected.feed, "{passes:#?}");
    for record in &records {
        let side = if record.deleted_at.is_some() {
            &expected.deleted
        } else {
            &expected.live
        };
        assert_eq!(
            side.get(&record.key).map(String::as_str),
            Some(record.data.get()),
            "{passes:#?}"
        );
    }
    let model = "SELECT SUM(live_records) FROM model_feeds";
    assert_eq!(
        world.db_number(model),
        i64::try_from(expected.live.len()).unwrap()
    );
}
