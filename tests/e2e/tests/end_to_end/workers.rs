//! Many processes on one PostgreSQL: one that answers, others that work.

use syncline_demo::{Demo, DemoConfig, MANIFEST, Model};
use syncline_test_support::{Program, TestDatabase};

use crate::world::{World, connection_to, models_of, providers_with, text};

mod postgres {
    use super::*;

    #[tokio::test]
    async fn workers_of_other_processes_run_what_a_server_accepts() {
        let db = TestDatabase::postgres();
        let providers = providers_with("demo", MANIFEST);
        let program = Program::new(db.url()).providers(providers.path());
        let server = program.clone().workers(0).serve().await;
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
        let syncs = world.api.request_sync(&world.connection, None).await;
        assert!(syncs.iter().all(|sync| sync["status"] == "queued"));

        let mut workers = [
            program.clone().workers(2).worker(),
            program.workers(2).worker(),
        ];
        for sync in world.api.wait_for_syncs(&syncs).await {
            assert_eq!(sync["status"], "complete", "{sync}");
            assert_eq!(sync["attempt"], 1, "no sync is handed out twice");
        }
        world.assert_all_landed().await;
        let count = |model| world.demo.count(model);
        let records = count(Model::Customers) + count(Model::Invoices) + count(Model::Payments);
        let added = world.sum(&syncs, "added").await;
        assert_eq!(added, i64::try_from(records).unwrap());
        for worker in &mut workers {
            worker.terminate();
            assert!(worker.wait().await.success());
        }
    }
}
