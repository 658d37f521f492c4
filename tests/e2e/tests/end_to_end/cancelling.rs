//! A cancel works at once, in every live status.

use serde_json::json;
use syncline_demo::Model;
use syncline_test_support::{TestDatabase, both_databases};

use crate::world::{World, text};

both_databases! {
    async fn a_running_sync_stops_at_once_and_keeps_whole_pages(db: TestDatabase) {
        let world = World::small(&db).await;
        world.demo.hold_after(2);
        let body = json!({ "models": ["invoices"] });
        let syncs = world.api.request_sync(&world.connection, body.clone()).await;
        world.demo.wait_until_held(1).await;
        let path = format!("/v2/integrations/syncs/{}/cancel", text(&syncs[0]["id"]));
        let cancelled = world.api.post(&path, None).await.expect_status(200).json;
        assert_eq!(cancelled["status"], "cancelled");
        assert!(!cancelled["completed_at"].is_null());
        world.api.post(&path, None).await.expect_status(200);
        world.demo.release();

        // What landed is a whole number of pages; a new sync makes it whole.
        let landed = world.feed(Model::Invoices).await.len();
        assert!(landed == 0 || landed == 25 || landed == 50, "{landed} records");
        let retry = format!("/v2/integrations/syncs/{}/retry", text(&syncs[0]["id"]));
        let retried = world.api.post(&retry, None).await.expect_status(200).json;
        assert_ne!(retried["id"], syncs[0]["id"], "a final sync stays as it is");
        let retried = world.api.wait_for_sync(&text(&retried["id"])).await;
        assert_eq!(retried["status"], "complete");
        world.assert_landed(Model::Invoices).await;
        world.api.post(&path.replace(&text(&syncs[0]["id"]), &text(&retried["id"])), None)
            .await
            .expect_status(409);
    }

    async fn deleting_a_connection_cancels_what_it_runs_and_hides_it(db: TestDatabase) {
        let world = World::small(&db).await;
        world.demo.hold_after(1);
        let syncs = world.api.request_sync(&world.connection, None).await;
        world.demo.wait_until_held(1).await;
        let path = format!("/v2/integrations/connections/{}", world.connection);
        world.api.delete(&path).await.expect_status(204);
        world.demo.release();
        world.api.get(&path).await.expect_status(404);
        world.api.delete(&path).await.expect_status(404);
        world.api.post(&format!("{path}/sync"), None).await.expect_status(404);
        for sync in &syncs {
            let path = format!("/v2/integrations/syncs/{}", text(&sync["id"]));
            world.api.get(&path).await.expect_status(404);
        }
        for model in world.models.values() {
            let path = format!("/v2/integrations/models/{model}/records");
            world.api.get(&path).await.expect_status(404);
        }
    }

    async fn a_disabled_connection_waits_until_it_is_enabled(db: TestDatabase) {
        let world = World::small(&db).await;
        let path = format!("/v2/integrations/connections/{}", world.connection);
        world.api.patch(&path, json!({ "is_sync_disabled": true })).await.expect_status(200);
        let syncs = world.api.request_sync(&world.connection, None).await;
        assert!(syncs.iter().all(|sync| sync["status"] == "scheduled"), "accepted, and waiting");
        world.api.patch(&path, json!({ "is_sync_disabled": false })).await.expect_status(200);
        for sync in world.api.wait_for_syncs(&syncs).await {
            assert_eq!(sync["status"], "complete");
        }
        world.assert_all_landed().await;
    }
}
