//! Master keys: made, listed, and exchanged under a server that runs.

use serde_json::{Value, json};
use syncline_demo::{Demo, DemoConfig, MANIFEST, Model};
use syncline_test_support::{Program, TestDatabase, both_databases};

use crate::world::{World, connection_to, providers_with, text};

const OLD: &str = "0101010101010101010101010101010101010101010101010101010101010101";
const NEW: &str = "0202020202020202020202020202020202020202020202020202020202020202";
const CONNECTIONS: usize = 60;

fn with_keys(program: &Program, keys: &str) -> Program {
    program.clone().variable("SYNCLINE_MASTER_KEY", keys)
}

/// How many secrets the keys open, and are to be rotated, as `keys list` tells.
fn listed(program: &Program) -> Vec<(String, String, String)> {
    let done = program.run(&["keys", "list"]);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    assert!(
        !done.stdout.contains("0101") && !done.stdout.contains("AQEB"),
        "{}",
        done.stdout
    );
    let lines = done.stdout.lines().map(|line| {
        let mut words = line.split('\t').skip(1).map(str::to_owned);
        let mut next = || words.next().unwrap_or_default();
        (next(), next(), next())
    });
    lines.collect()
}

fn row(role: &str, opens: usize, to_rotate: usize) -> (String, String, String) {
    (
        role.to_owned(),
        format!("opens {opens}"),
        format!("{to_rotate} to rotate"),
    )
}

both_databases! {
    async fn keys_are_rotated_while_a_server_runs_and_connections_change(db: TestDatabase) {
        let config = DemoConfig { customers: 30, invoices: 30, payments: 30, ..DemoConfig::default() };
        let demo = Demo::start(config, ([127, 0, 0, 1], 0).into()).unwrap();
        let providers = providers_with("demo", MANIFEST);
        let program = Program::new(db.url()).providers(providers.path()).workers(2);
        let mut server = with_keys(&program, OLD).serve().await;
        let api = server.api("acme");
        let mut ids = Vec::new();
        for _ in 0..CONNECTIONS {
            let made = api.post("/v2/integrations/connections", connection_to(&demo, 25)).await;
            ids.push(text(&made.expect_status(201).json["id"]));
        }

        // Before a server has the new key it would be locked out: refused.
        let both = with_keys(&program, &format!("{NEW},{OLD}"));
        let early = both.run(&["keys", "rotate"]);
        assert_eq!(early.code, Some(2), "{}", early.stderr);
        assert!(early.stderr.contains("start them again"), "{}", early.stderr);
        server.terminate();
        assert!(server.wait().await.success());

        let server = both.serve().await;
        let api = api.at(&server);
        assert_eq!(listed(&both), [row("primary", 0, 0), row("opens only", CONNECTIONS, CONNECTIONS)]);
        // Two rotations at once, while every other connection changes its secret and syncs.
        let rotations: Vec<_> = (0..2)
            .map(|_| {
                let both = both.clone();
                tokio::task::spawn_blocking(move || both.run(&["keys", "rotate"]))
            })
            .collect();
        let mut syncs = Vec::new();
        for (number, id) in ids.iter().enumerate().filter(|(number, _)| number % 2 == 1) {
            let path = format!("/v2/integrations/connections/{id}");
            let wrong = json!({ "config": { "api_token": format!("token-{number}") } });
            api.patch(&path, wrong).await.expect_status(200);
            let right = json!({ "config": { "api_token": "demo-token" }, "name": format!("Books {number}") });
            api.patch(&path, right).await.expect_status(200);
            syncs.extend(api.request_sync(id, json!({ "models": ["payments"] })).await);
        }
        for rotation in rotations {
            let done = rotation.await.unwrap();
            assert_eq!(done.code, Some(0), "{}", done.stderr);
            assert!(done.stdout.ends_with(" 0 left\n"), "{}", done.stdout);
            assert!(done.stderr.contains("take it out of SYNCLINE_MASTER_KEY"), "{}", done.stderr);
        }
        assert_eq!(listed(&both), [row("primary", CONNECTIONS, 0), row("opens only", 0, 0)]);
        for sync in api.wait_for_syncs(&syncs).await {
            assert_eq!(sync["status"], "complete", "{sync}");
        }
        drop(server);

        // The old key is gone for good; every secret opens.
        let alone = with_keys(&program, NEW);
        let server = alone.serve().await;
        let api = api.at(&server);
        for (number, id) in ids.iter().enumerate() {
            let path = format!("/v2/integrations/connections/{id}");
            let connection = api.post(&format!("{path}/check"), None::<Value>).await.expect_status(200).json;
            assert_eq!(connection["health"]["healthy"], true, "{connection}");
            let name = if number % 2 == 1 { format!("Books {number}") } else { "Books".to_owned() };
            assert_eq!(connection["name"], name.as_str(), "no change was lost");
        }
    }

    async fn a_server_without_a_key_that_it_needs_says_which_and_stops(db: TestDatabase) {
        let world = World::small(&db).await;
        let World { mut server, .. } = world;
        server.terminate();
        server.wait().await;
        let program = with_keys(&Program::new(db.url()), NEW);
        let refused = program.run(&["serve", "--listen", "127.0.0.1:0"]);
        assert_eq!(refused.code, Some(1), "{}", refused.stderr);
        assert!(refused.stderr.contains("another master key"), "{}", refused.stderr);
        assert!(refused.stderr.contains("SYNCLINE_MASTER_KEY"), "{}", refused.stderr);
        assert!(!refused.stderr.contains("panic"), "{}", refused.stderr);
        // It can still be looked at.
        assert_eq!(listed(&program).len(), 2);
        let rotated = program.run(&["keys", "rotate", "--force"]);
        assert_eq!(rotated.code, Some(1), "{}", rotated.stderr);
        assert!(rotated.stderr.contains("is not among those"), "{}", rotated.stderr);
    }
}

#[tokio::test]
async fn a_key_file_beside_sqlite_takes_a_new_first_key() {
    use std::os::unix::fs::PermissionsExt;
    let db = TestDatabase::sqlite();
    let config = DemoConfig {
        customers: 30,
        invoices: 30,
        payments: 30,
        ..DemoConfig::default()
    };
    let demo = Demo::start(config, ([127, 0, 0, 1], 0).into()).unwrap();
    let providers = providers_with("demo", MANIFEST);
    let program = with_keys(&Program::new(db.url()).providers(providers.path()), "");
    let server = program.serve().await;
    let api = server.api("acme");
    let made = api
        .post("/v2/integrations/connections", connection_to(&demo, 25))
        .await;
    let id = text(&made.expect_status(201).json["id"]);
    let added = program.run(&["keys", "add", "--primary"]);
    assert_eq!(added.code, Some(0), "{}", added.stderr);
    let file = db.directory().unwrap().join("test.db.key");
    let written = std::fs::read_to_string(&file).unwrap();
    assert_eq!(written.lines().count(), 4, "two keys, each below its id");
    assert_eq!(
        written.lines().next(),
        Some(format!("# {}", added.stdout.trim()).as_str())
    );
    assert_eq!(
        std::fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o600
    );
    assert_eq!(
        program.run(&["keys", "rotate"]).code,
        Some(2),
        "the server must start again first"
    );
    drop(server);
    let server = program.serve().await;
    assert_eq!(program.run(&["keys", "rotate"]).code, Some(0));
    let api = api.at(&server);
    let sync = api
        .request_sync(&id, json!({ "models": ["customers"] }))
        .await;
    assert_eq!(api.wait_for_syncs(&sync).await[0]["status"], "complete");
    drop(server);
    let first: String = written
        .lines()
        .take(2)
        .map(|line| format!("{line}\n"))
        .collect();
    std::fs::write(&file, first).unwrap();
    assert_eq!(listed(&program), [row("primary", 1, 0)]);
    assert_eq!(demo.count(Model::Customers), 30);
}
