//! A server that was not allowed to ask private networks.

use serde_json::json;
use syncline_demo::{Demo, DemoConfig, MANIFEST};
use syncline_test_support::{Program, TestDatabase, both_databases};

use crate::world::{connection_to, providers_with, text};

both_databases! {
    async fn a_provider_on_loopback_is_asked_only_if_the_flag_allows_it(db: TestDatabase) {
        let demo = Demo::start(DemoConfig::default(), ([127, 0, 0, 1], 0).into()).unwrap();
        let providers = providers_with("demo", MANIFEST);
        let program = Program::new(db.url())
            .providers(providers.path())
            .variable("SYNCLINE_ALLOW_PRIVATE_NETWORKS", "false");
        let mut server = program.serve().await;
        let mut api = server.api("acme");
        let connection = api
            .post("/v2/integrations/connections", connection_to(&demo, 100))
            .await
            .expect_status(201)
            .json;
        let id = text(&connection["id"]);
        let check = format!("/v2/integrations/connections/{id}/check");
        let checked = api.post(&check, None).await.expect_status(200).json;
        assert_eq!(checked["health"]["healthy"], false, "{checked}");
        let message = text(&checked["health"]["message"]);
        assert!(
            message.contains("`127.0.0.1` is a loopback address")
                && message.contains("--allow-private-networks"),
            "{message}"
        );
        let syncs = api.request_sync(&id, json!({ "models": ["invoices"] })).await;
        let sync = api.wait_for_syncs(&syncs).await.remove(0);
        assert_eq!((&sync["status"], &sync["attempt"]), (&json!("failed"), &json!(1)), "{sync}");
        assert!(sync["error"].to_string().contains("--allow-private-networks"), "{sync}");
        assert_eq!(demo.totals().0, 0, "nothing was sent");

        server.terminate();
        server.wait().await;
        let program = program.option("--allow-private-networks");
        server = program.serve().await;
        api = server.api("acme");
        let checked = api.post(&check, None).await.expect_status(200).json;
        assert_eq!(checked["health"]["healthy"], true, "{checked}");
        assert!(demo.totals().0 > 0);
    }
}
