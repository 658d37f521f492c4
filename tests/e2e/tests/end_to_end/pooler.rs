//! Many processes on one PostgreSQL: behind a transaction pooler, with and without notifications.

use serde_json::json;
use syncline_demo::{Demo, DemoConfig, MANIFEST, Model};
use syncline_test_support::{Process, Program, TestDatabase};

use crate::world::{World, connection_to, models_of, providers_with, text};

/// A server that works nothing, and two workers.
async fn start(program: Program) -> (World, [Process; 2]) {
    let providers = providers_with("demo", MANIFEST);
    let program = program.providers(providers.path());
    let server = program.clone().workers(0).serve().await;
    let workers = [(); 2].map(|()| program.clone().workers(2).worker());
    let api = server.api("acme");
    let config = DemoConfig {
        customers: 70,
        invoices: 130,
        payments: 110,
        ..DemoConfig::default()
    };
    let demo = Demo::start(config, ([127, 0, 0, 1], 0).into()).unwrap();
    let body = connection_to(&demo, 25);
    let answer = api.post("/v2/integrations/connections", body).await;
    let connection = answer.expect_status(201).json;
    let world = World {
        demo,
        api,
        connection: text(&connection["id"]),
        models: models_of(&connection),
        server,
        providers,
    };
    (world, workers)
}

/// Request, records, a cancel of what another process runs, and again.
async fn main_path(program: Program) {
    let (world, mut workers) = start(program).await;
    for sync in world.sync_completely(None).await {
        assert_eq!(sync["attempt"], 1, "no sync is handed out twice");
    }
    world.assert_all_landed().await;

    world.demo.hold_after(2);
    let body = json!({ "models": ["invoices"], "full_refresh": true });
    let syncs = world
        .api
        .request_sync(&world.connection, body.clone())
        .await;
    world.demo.wait_until_held(1).await;
    let path = format!("/v2/integrations/syncs/{}/cancel", text(&syncs[0]["id"]));
    let cancelled = world.api.post(&path, None).await.expect_status(200).json;
    assert_eq!(cancelled["status"], "cancelled");
    world.demo.release();
    world.sync_completely(body).await;
    world.assert_landed(Model::Invoices).await;
    for worker in &mut workers {
        worker.terminate();
        assert!(worker.wait().await.success());
    }
}

mod postgres {
    use super::*;

    #[tokio::test]
    async fn the_main_path_holds_behind_a_transaction_pooler() {
        let db = TestDatabase::postgres();
        main_path(Program::new(&db.pooled_url())).await;
    }

    #[tokio::test]
    async fn the_main_path_holds_behind_a_transaction_pooler_and_with_notifications() {
        let db = TestDatabase::postgres();
        let program = Program::new(&db.pooled_url());
        main_path(program.variable("SYNCLINE_DATABASE_NOTIFY_URL", db.url())).await;
    }

    #[tokio::test]
    async fn the_main_path_holds_without_notifications() {
        let db = TestDatabase::postgres();
        let program = Program::new(db.url());
        main_path(program.variable("SYNCLINE_DATABASE_NOTIFY_URL", "off")).await;
    }
}
