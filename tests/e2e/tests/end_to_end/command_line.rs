//! The program at a prompt.

use serde_json::json;
use syncline_demo::Model;
use syncline_test_support::{Program, TestDatabase, both_databases};

use crate::world::World;

both_databases! {
    async fn the_sync_command_waits_and_tells_by_its_exit_code(db: TestDatabase) {
        let world = World::small(&db).await;
        let program = Program::new(db.url());
        let sync = |token: &str, more: &[&str]| {
            let mut words = vec!["sync", &world.connection, "--url", world.server.url(), "--token", token];
            words.extend(more);
            program.run_bare(&words)
        };
        let done = sync(world.api.token(), &[]);
        assert_eq!(done.code, Some(0), "{}", done.stderr);
        world.assert_all_landed().await;
        assert_ne!(sync("syncline_nobody", &[]).code, Some(0));
        assert_ne!(sync(world.api.token(), &["--models", "unicorns"]).code, Some(0));

        // A refused credential fails for good, and the exit code says so.
        let path = format!("/v2/integrations/connections/{}", world.connection);
        let token = |text: &str| json!({ "config": { "api_token": text } });
        world.api.patch(&path, token("wrong")).await.expect_status(200);
        assert_eq!(sync(world.api.token(), &["--models", "payments"]).code, Some(1));
        world.api.patch(&path, token("demo-token")).await.expect_status(200);
        let done = sync(world.api.token(), &["--full-refresh", "--models", "payments"]);
        assert_eq!(done.code, Some(0), "{}", done.stderr);
        world.assert_landed(Model::Payments).await;
    }

    async fn tokens_open_are_listed_and_shut(db: TestDatabase) {
        let world = World::small(&db).await;
        let program = Program::new(db.url());
        let token = program.token("acme");
        let other = world.api.with_token(&token);
        other.get("/v2/integrations/connections").await.expect_status(200);
        let listed = program.run(&["token", "list"]);
        assert_eq!(listed.code, Some(0));
        assert!(!listed.stdout.contains(&token), "only a hash is kept");
        let newest = listed.stdout.split_whitespace().rfind(|word| word.starts_with("tok_")).unwrap();
        assert_eq!(program.run(&["token", "revoke", newest]).code, Some(0));
        other.get("/v2/integrations/connections").await.expect_status(401);
        world.api.get("/v2/integrations/connections").await.expect_status(200);

        let stranger = world.api.with_token(&program.token("globex"));
        stranger.get(&format!("/v2/integrations/connections/{}", world.connection)).await.expect_status(404);
        assert!(stranger.all("/v2/integrations/connections").await.is_empty());
    }
}
