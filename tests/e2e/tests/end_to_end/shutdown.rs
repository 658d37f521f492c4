//! SIGTERM and SIGINT give running syncs back.

use serde_json::json;
use syncline_demo::Model;
use syncline_test_support::{TestDatabase, both_databases};

use crate::world::{World, text};

both_databases! {
    async fn a_server_that_is_told_to_stop_releases_what_it_runs(db: TestDatabase) {
        let mut world = World::small(&db).await;
        world.demo.hold_after(2);
        let syncs = world.api.request_sync(&world.connection, json!({ "models": ["payments"] })).await;
        let id = text(&syncs[0]["id"]);
        for round in 0..2 {
            world.demo.wait_until_held(1).await;
            if round == 0 { world.server.terminate() } else { world.server.interrupt() }
            let status = world.server.wait().await;
            assert!(status.success(), "{status}");
            world.demo.hold_after(if round == 0 { 1 } else { u64::MAX });
            world.server = world.server.start_again().await;
            world.api = world.api.at(&world.server);
        }
        let sync = world.api.wait_for_sync(&id).await;
        assert_eq!(sync["status"], "complete");
        let attempts = world.attempts(&id).await;
        let outcomes: Vec<_> = attempts.iter().map(|a| text(&a["outcome"])).collect();
        // A claim that was under way when the server was told to stop is given back as well.
        let (last, before) = outcomes.split_last().unwrap();
        assert_eq!(last, "complete");
        assert!(before.len() >= 2 && before.iter().all(|outcome| outcome == "release"), "{outcomes:?}");
        assert!(attempts[0]["pages"].as_i64() > Some(0), "it goes on where it was: {attempts:?}");
        world.assert_landed(Model::Payments).await;
        let count = i64::try_from(world.demo.count(Model::Payments)).unwrap();
        assert_eq!(world.sum(&syncs, "added").await, count);
    }
}
