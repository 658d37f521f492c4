//! First sync, second sync with changes, and deletes.

use serde_json::{Value, json};
use syncline_demo::Model;
use syncline_test_support::{TestDatabase, both_databases};

use crate::world::{World, model_name};

const MODELS: [Model; 3] = [Model::Customers, Model::Invoices, Model::Payments];

both_databases! {
    async fn everything_lands_once_and_only_changes_land_after(db: TestDatabase) {
        let world = World::small(&db).await;

        let first = world.sync_completely(None).await;
        assert_eq!(first.len(), 3);
        for sync in &first {
            assert_eq!(sync["is_initial_sync"], true);
            assert_eq!(sync["is_one_off"], true);
            assert_eq!(sync["attempt"], 1);
            assert!(sync["error"].is_null());
        }
        world.assert_all_landed().await;
        let records: usize = MODELS.iter().map(|model| world.demo.count(*model)).sum();
        assert_eq!(world.sum(&first, "added").await, i64::try_from(records).unwrap());
        assert_eq!(world.sum(&first, "changed").await, 0);
        let pages: i64 = MODELS.iter().map(|model| world.page_requests(*model)).sum();
        assert_eq!(world.sum(&first, "requests").await, pages, "each request is counted");

        // Nothing has changed: what is read again at the edge is not written again.
        let again = world.sync_completely(None).await;
        assert_eq!(again[0]["is_initial_sync"], false);
        assert_eq!(world.sum(&again, "added").await + world.sum(&again, "changed").await, 0);

        let advanced = world.demo.advance(3);
        let later = world.sync_completely(None).await;
        let count = |ids: fn(&syncline_demo::Changes) -> usize| {
            MODELS.iter().map(|model| ids(&advanced.changes[model])).sum::<usize>()
        };
        assert_eq!(world.sum(&later, "added").await, i64::try_from(count(|c| c.inserted.len())).unwrap());
        assert_eq!(world.sum(&later, "deleted").await, 0, "such a read cannot see what is gone");

        // A full refresh reads everything, and so finds out what is gone.
        let full = world.sync_completely(json!({ "full_refresh": true })).await;
        assert_eq!(world.sum(&full, "deleted").await, i64::try_from(count(|c| c.deleted.len())).unwrap());
        assert_eq!(world.sum(&full, "added").await + world.sum(&full, "changed").await, 0);
        world.assert_all_landed().await;
        for model in MODELS {
            let feed = world.feed(model).await;
            let gone = feed.iter().filter(|record| !record["deleted_at"].is_null()).count();
            assert_eq!(gone, advanced.changes[&model].deleted.len(), "{}", model_name(model));
        }
    }

    async fn a_reader_of_the_feed_sees_each_change_once(db: TestDatabase) {
        let world = World::small(&db).await;
        world.sync_completely(None).await;
        let model = &world.models["invoices"];
        let path = format!("/v2/integrations/models/{model}/records?limit=50");

        // The reader goes to the end and keeps its cursor.
        let mut cursor: Option<String> = None;
        let mut seen = 0;
        loop {
            let from = cursor.as_ref().map_or(path.clone(), |c| format!("{path}&cursor={c}"));
            let answer = world.api.get(&from).await.expect_status(200);
            cursor = answer.header("Next-Cursor").map(str::to_owned);
            let page = answer.array().len();
            seen += page;
            if page == 0 {
                break;
            }
        }
        assert_eq!(seen, world.demo.count(Model::Invoices));

        let advanced = world.demo.advance(2);
        world.sync_completely(json!({ "full_refresh": true, "models": ["invoices"] })).await;
        let changes = &advanced.changes[&Model::Invoices];
        let from = format!("{path}&limit=1000&cursor={}", cursor.unwrap()).replace("limit=50&", "");
        let entries = world.api.get(&from).await.expect_status(200).array();
        let deleted = entries.iter().filter(|e| !e["deleted_at"].is_null()).count();
        assert_eq!(deleted, changes.deleted.len());
        let mut ids: Vec<String> = entries.iter().map(|e| e["data"]["id"].to_string()).collect();
        let entries = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), entries, "one entry for each record that changed");
    }

    async fn a_range_and_one_model_leave_the_rest_alone(db: TestDatabase) {
        let world = World::small(&db).await;
        let body = json!({
            "models": ["payments"],
            "timerange_start": "2020-01-01T00:00:00Z",
            "timerange_end": "2026-06-01T00:00:00Z",
        });
        let syncs = world.sync_completely(body).await;
        assert_eq!(syncs.len(), 1);
        assert_eq!(syncs[0]["timerange_start"], "2020-01-01T00:00:00.000000Z");
        assert_eq!(syncs[0]["timerange_end"], "2026-06-01T00:00:00.000000Z");
        assert_eq!(world.feed(Model::Customers).await, Vec::<Value>::new());

        // It left the model's state alone: the next plain sync is still the initial one.
        let next = world.sync_completely(json!({ "models": ["payments"] })).await;
        assert_eq!(next[0]["is_initial_sync"], true);
        world.assert_landed(Model::Payments).await;
    }
}
