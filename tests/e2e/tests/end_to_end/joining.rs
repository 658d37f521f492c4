//! Twins join; what has started is not joined.

use serde_json::Value;
use syncline_demo::Model;
use syncline_test_support::{TestDatabase, both_databases};

use crate::world::World;

fn ids(syncs: &[Value]) -> Vec<&str> {
    syncs
        .iter()
        .map(|sync| sync["id"].as_str().unwrap())
        .collect()
}

both_databases! {
    async fn a_request_joins_the_twin_that_waits_and_not_the_one_that_runs(db: TestDatabase) {
        let world = World::small(&db).await;
        world.demo.hold_after(0);
        let running = world.api.request_sync(&world.connection, None).await;
        world.demo.wait_until_held(3).await;

        // All three run: the next request waits behind them, the ones after it join.
        let waiting = world.api.request_sync(&world.connection, None).await;
        for (a, b) in ids(&running).iter().zip(ids(&waiting)) {
            assert_ne!(*a, b, "a sync that runs is not joined: its end predates the request");
        }
        assert!(waiting.iter().all(|sync| sync["status"] == "scheduled"));
        let path = format!("/v2/integrations/connections/{}/sync", world.connection);
        for _ in 0..3 {
            let answer = world.api.post(&path, None).await.expect_status(200);
            let batch = answer.header("Syncline-Batch-Id").unwrap().to_owned();
            assert_eq!(ids(&answer.array()), ids(&waiting));
            let batch = world.api.get(&format!("/v2/integrations/batches/{batch}")).await;
            let members = batch.expect_status(200).json["members"].clone();
            assert!(members.as_array().unwrap().iter().all(|m| m["is_joined"] == true));
        }

        world.demo.release();
        for sync in world.api.wait_for_syncs(&running).await {
            assert_eq!(sync["status"], "complete");
        }
        for sync in world.api.wait_for_syncs(&waiting).await {
            assert_eq!(sync["status"], "complete");
            assert_eq!(sync["is_initial_sync"], false);
        }
        world.assert_all_landed().await;
        assert_eq!(world.feed(Model::Invoices).await.len(), world.demo.count(Model::Invoices));
    }

    async fn a_repeated_key_repeats_the_answer(db: TestDatabase) {
        let world = World::small(&db).await;
        let path = format!("/v2/integrations/connections/{}/sync", world.connection);
        let send = |body: &'static str| {
            let request = world.api.request(reqwest::Method::POST, &path);
            let request = request.header("Idempotency-Key", "nightly-7").body(body);
            syncline_test_support::Answer::to(request.header("Content-Type", "application/json"))
        };
        let first = send("{}").await.expect_status(200);
        let first_batch = first.header("Syncline-Batch-Id").unwrap().to_owned();
        world.api.wait_for_syncs(&first.clone().array()).await;
        let again = send("{}").await.expect_status(200);
        assert_eq!(again.header("Idempotency-Replayed"), Some("true"));
        assert_eq!(again.header("Syncline-Batch-Id"), Some(first_batch.as_str()));
        assert_eq!(again.text, first.text);
        send("{\"full_refresh\":true}").await.expect_status(422);
        let syncs = world.api.all("/v2/integrations/syncs").await;
        assert_eq!(syncs.len(), 3, "one request, whatever came twice");
    }
}
