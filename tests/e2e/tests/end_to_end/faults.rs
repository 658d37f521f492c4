//! What a provider can do wrong.

use serde_json::{Value, json};
use syncline_demo::{Fault, FaultPlan, Model, When};
use syncline_test_support::{TestDatabase, both_databases};

use crate::world::{World, text};

/// Waits for syncs, and asks at once for the retry of each that waits for its time, so that the
/// test does not have to wait for it.
pub async fn push_through(world: &World, syncs: &[Value]) -> Vec<Value> {
    for _ in 0..200 {
        let mut live = false;
        for sync in syncs {
            let path = format!("/v2/integrations/syncs/{}", text(&sync["id"]));
            let now = world
                .api
                .get(&format!("{path}?wait=1"))
                .await
                .expect_status(200)
                .json;
            match now["status"].as_str().unwrap() {
                "complete" | "failed" | "cancelled" => {}
                "pending_retry" => {
                    live = true;
                    assert!(!now["error"].is_null(), "it says why it waits: {now}");
                    world.api.post(&format!("{path}/retry"), None).await;
                }
                _ => live = true,
            }
        }
        if !live {
            return world.api.wait_for_syncs(syncs).await;
        }
    }
    panic!("the syncs do not come to an end");
}

both_databases! {
    async fn faults_that_pass_cost_no_record(db: TestDatabase) {
        let world = World::small(&db).await;
        let every = |n, fault| FaultPlan::one(fault, When::Every(n));
        for (round, plan) in [
            every(4, Fault::ServerError { status: 503 }),
            every(5, Fault::Drop),
            every(4, Fault::Cut),
            every(3, Fault::Truncate),
            every(2, Fault::Duplicate),
            every(6, Fault::TooManyRequests { retry_after: 1 }),
        ]
        .into_iter()
        .enumerate()
        {
            world.demo.set_faults(plan.clone()).unwrap();
            world.demo.advance(1);
            let syncs = world.api.request_sync(&world.connection, json!({ "full_refresh": true })).await;
            for sync in push_through(&world, &syncs).await {
                assert_eq!(sync["status"], "complete", "round {round}, {plan:?}: {sync}");
                assert!(sync["error"].is_null());
            }
            if round == 5 {
                break;
            }
        }
        world.demo.set_faults(FaultPlan::default()).unwrap();
        // Pages that were read again by number prove a deletion only when two passes agree.
        world.sync_completely(json!({ "full_refresh": true })).await;
        world.sync_completely(json!({ "full_refresh": true })).await;
        world.assert_all_landed().await;
    }

    /// A short wait is waited out within the attempt; this one is not.
    async fn too_many_requests_park_the_sync_until_the_providers_time(db: TestDatabase) {
        let world = World::small(&db).await;
        let fault = Fault::TooManyRequests { retry_after: 3600 };
        world.demo.set_faults(FaultPlan::one(fault, When::Nth(vec![2]))).unwrap();
        let body = json!({ "models": ["payments"] });
        let syncs = world.api.request_sync(&world.connection, body).await;
        let syncs = push_through(&world, &syncs).await;
        assert_eq!(syncs[0]["status"], "complete");
        let attempts = world.attempts(&text(&syncs[0]["id"])).await;
        assert_eq!(attempts[0]["outcome"], "park");
        assert_eq!(attempts[0]["pages"], 1);
        assert_eq!(attempts[1]["outcome"], "complete");
        world.assert_landed(Model::Payments).await;
    }

    async fn a_refused_credential_fails_and_shows_in_the_health(db: TestDatabase) {
        let world = World::small(&db).await;
        let path = format!("/v2/integrations/connections/{}", world.connection);
        let body = json!({ "config": { "api_token": "wrong-token-51" } });
        world.api.patch(&path, body).await.expect_status(200);
        let syncs = world.sync(json!({ "models": ["customers"] })).await;
        assert_eq!(syncs[0]["status"], "failed");
        let error = text(&syncs[0]["error"]);
        assert!(error.contains("401"), "{error}");
        let answer = world.api.get(&path).await.expect_status(200);
        assert_eq!(answer.json["health"]["healthy"], false);
        assert_eq!(answer.json["health"]["authentication_required"], true);
        assert!(!answer.json["health"]["suggested_resolution"].is_null());
        assert!(!answer.text.contains("wrong-token-51") && !error.contains("wrong-token-51"));

        let check = world.api.post(&format!("{path}/check"), None).await.expect_status(200);
        assert!(check.text.contains("401"), "{}", check.text);
        let body = json!({ "config": { "api_token": "demo-token" } });
        world.api.patch(&path, body).await.expect_status(200);
        world.api.post(&format!("{path}/check"), None).await.expect_status(200);
        let answer = world.api.get(&path).await.expect_status(200);
        assert_eq!(answer.json["health"]["healthy"], true);
        assert!(!world.server.stderr().contains("wrong-token-51"), "no secret is logged");
    }

    async fn a_provider_that_is_down_is_a_retry_with_a_clear_error(db: TestDatabase) {
        let world = World::small(&db).await;
        let path = format!("/v2/integrations/connections/{}", world.connection);
        // Nothing listens on port 1 of the loopback.
        let body = json!({ "config": { "base_url": "http://127.0.0.1:1" } });
        world.api.patch(&path, body).await.expect_status(200);
        let syncs = world.api.request_sync(&world.connection, json!({ "models": ["customers"] })).await;
        let id = text(&syncs[0]["id"]);
        let failed = push_through(&world, &syncs).await;
        assert_eq!(failed[0]["status"], "failed");
        assert_eq!(failed[0]["attempt"], 5);
        let error = text(&failed[0]["error"]);
        assert!(error.contains("127.0.0.1:1"), "{error}");
        assert!(error.contains("gave up after 5 failures without progress"), "{error}");
        for attempt in world.attempts(&id).await {
            assert!(!attempt["error"].is_null());
        }
    }
}
