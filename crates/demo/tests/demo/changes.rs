use std::{collections::BTreeMap, time::Duration};

use serde_json::Value;
use syncline_demo::{Clock, Demo, DemoConfig, Model, Pace};

use crate::reader::{Walk, id, ids, small, start};

fn by_id(demo: &Demo, model: Model) -> BTreeMap<String, Value> {
    demo.truth(model)
        .into_iter()
        .map(|record| (id(&record), record))
        .collect()
}

#[test]
fn the_answer_of_advance_is_the_difference_of_the_truths() {
    let demo = start(small());
    for steps in [1, 2, 40] {
        let before: Vec<_> = Model::ALL
            .into_iter()
            .map(|model| by_id(&demo, model))
            .collect();
        let advanced = demo.advance(steps);
        for (model, before) in Model::ALL.into_iter().zip(before) {
            let after = by_id(&demo, model);
            let changes = &advanced.changes[&model];
            assert!(
                after
                    .keys()
                    .filter(|id| !before.contains_key(*id))
                    .eq(&changes.inserted),
                "{model}"
            );
            assert!(
                before
                    .keys()
                    .filter(|id| !after.contains_key(*id))
                    .eq(&changes.deleted),
                "{model}"
            );
            let updated = before
                .iter()
                .filter(|(id, record)| after.get(*id).is_some_and(|now| now != *record));
            assert!(updated.map(|(id, _)| id).eq(&changes.updated), "{model}");
            assert!(!changes.updated.is_empty() && !changes.inserted.is_empty());
        }
    }
}

#[test]
fn an_update_raises_the_version_and_the_stamp() {
    let demo = start(small());
    let before = by_id(&demo, Model::Invoices);
    let advanced = demo.advance(1);
    let after = by_id(&demo, Model::Invoices);
    for id in &advanced.changes[&Model::Invoices].updated {
        assert_eq!(
            before[id]["version"].as_u64().unwrap() + 1,
            after[id]["version"].as_u64().unwrap()
        );
        assert!(before[id]["updated_at"].as_str() < after[id]["updated_at"].as_str());
        assert_eq!(before[id]["created_at"], after[id]["created_at"]);
    }
}

#[tokio::test]
async fn deleted_rows_vanish_from_the_lists() {
    let demo = start(small());
    for model in Model::ALL {
        let deleted = demo.advance(3).changes[&model].deleted.clone();
        assert_eq!(deleted.len(), 3, "{model}");
        let listed = ids(&Walk::new(&demo, model, 25).rest().await);
        assert!(deleted.is_disjoint(&listed), "{model}");
    }
}

#[test]
fn the_pace_is_the_pace() {
    let demo = start(DemoConfig {
        pace: Pace {
            updates: 7,
            inserts: 3,
            deletes: 0,
        },
        ..small()
    });
    for (model, changes) in demo.advance(1).changes {
        let counts = (
            changes.updated.len(),
            changes.inserted.len(),
            changes.deleted.len(),
        );
        assert_eq!(counts, (7, 3, 0), "{model}");
    }
    let still = start(DemoConfig {
        pace: Pace {
            updates: 0,
            inserts: 0,
            deletes: 0,
        },
        ..small()
    });
    let before = still.truth(Model::Payments);
    still.advance(5);
    assert_eq!(still.truth(Model::Payments), before);
}

#[test]
fn deletes_end_when_no_deletable_row_is_left() {
    let pace = Pace {
        updates: 0,
        inserts: 5,
        deletes: 5,
    };
    let demo = start(DemoConfig {
        customers: 10,
        invoices: 10,
        payments: 10,
        pace,
        ..small()
    });
    let changes = demo.advance(1).changes;
    assert!(
        changes
            .values()
            .all(|changes| changes.deleted.len() == 1 && changes.inserted.len() == 5)
    );
    assert_eq!(demo.count(Model::Customers), 14);
}

#[test]
fn the_wall_clock_stamps_with_the_time_of_day() {
    let demo = start(DemoConfig {
        clock: Clock::Wall,
        ..small()
    });
    let before = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_secs() as i64;
    let now = demo.advance(1).now.timestamp();
    assert!((before..before + 60).contains(&now));
}

#[tokio::test]
async fn a_steady_pace_advances_by_itself() {
    let every = Some(Duration::from_millis(5));
    let demo = start(DemoConfig {
        advance_every: every,
        ..small()
    });
    let before = demo.count(Model::Invoices);
    // Each read takes a moment; the test ends as soon as a step has been made.
    let deadline = std::time::Instant::now() + Duration::from_secs(30);
    while Walk::new(&demo, Model::Invoices, 1_000).rest().await.len() == before {
        assert!(
            std::time::Instant::now() < deadline,
            "no step within 30 seconds"
        );
    }
}
