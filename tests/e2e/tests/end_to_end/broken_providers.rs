//! Manifests and configurations that do not fit.

use serde_json::json;
use syncline_demo::MANIFEST;
use syncline_test_support::{Program, TestDatabase, both_databases};

use crate::world::{World, providers_with};

both_databases! {
    async fn a_broken_manifest_is_listed_with_its_error_and_spoils_nothing_else(db: TestDatabase) {
        let providers = providers_with("demo", MANIFEST);
        std::fs::write(providers.path().join("torn.yaml"), "streams: [\n  - {").unwrap();
        let server = Program::new(db.url()).providers(providers.path()).serve().await;
        let api = server.api("acme");
        let listed = api.all("/v2/integrations/providers").await;
        assert_eq!(listed.len(), 2);
        let torn = api.get("/v2/integrations/providers/torn").await.expect_status(200).json;
        assert_eq!(torn["is_available"], false);
        assert!(torn["error"].as_str().unwrap().contains("line"), "{torn}");
        let demo = api.get("/v2/integrations/providers/demo").await.expect_status(200).json;
        assert_eq!(demo["is_available"], true);
        let body = json!({ "provider_name": "torn", "name": "x", "config": {} });
        api.post("/v2/integrations/connections", body).await.expect_status(422);
        api.get("/v2/integrations/providers/none").await.expect_status(404);
    }

    async fn a_config_that_does_not_fit_names_each_field(db: TestDatabase) {
        let world = World::small(&db).await;
        let body = json!({
            "provider_name": "demo", "name": "Books",
            "config": { "base_url": 7, "api_token": "secret-token-9" },
        });
        let answer = world.api.post("/v2/integrations/connections", body).await.expect_status(422);
        let problem = answer.json;
        assert_eq!(answer.headers["content-type"], "application/problem+json");
        let errors = problem["errors"].to_string();
        assert!(errors.contains("/config/base_url"), "{problem}");
        assert!(!problem.to_string().contains("secret-token-9"));
        let body = json!({ "provider_name": "demo", "name": "Books", "config": {} });
        let answer = world.api.post("/v2/integrations/connections", body).await.expect_status(422);
        assert!(answer.text.contains("api_token"), "{}", answer.text);
        let listed = world.api.all("/v2/integrations/connections").await;
        assert_eq!(listed.len(), 1, "nothing half-made is left");
    }
}
