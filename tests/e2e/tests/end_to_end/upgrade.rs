//! A database of the first release is brought up to date and goes on.
//!
//! `first_release/*.sql` were dumped (`sqlite3 .dump`, `pg_dump --inserts`) from databases that
//! release 0.1.0 left behind: customers and invoices of a demo synced, payments failed once on a
//! wrong token and then cut off by a kill after its first page, two more syncs of payments waiting,
//! and a schedule.

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, SqliteConnection};
use serde_json::{Value, json};
use syncline_demo::{Demo, DemoConfig, MANIFEST, Model};
use syncline_test_support::{Api, DatabaseKind, Program, TestDatabase, both_databases};

use crate::faults::push_through;
use crate::world::{World, models_of, providers_with, text};

const SQLITE: &str = include_str!("../../first_release/sqlite.sql");
const POSTGRES: &str = include_str!("../../first_release/postgres.sql");

/// Fills the database, and gives the token that its organization had.
fn restore(db: &TestDatabase) -> &'static str {
    let (dump, loaded) = match db.kind() {
        DatabaseKind::Sqlite => {
            let path = db.file().unwrap();
            let mut conn = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
            (SQLITE, conn.batch_execute(SQLITE))
        }
        DatabaseKind::Postgres => {
            let mut conn = PgConnection::establish(db.url()).unwrap();
            (POSTGRES, conn.batch_execute(POSTGRES))
        }
    };
    loaded.unwrap();
    let token = dump
        .lines()
        .find_map(|line| line.strip_prefix("-- token: "));
    token.unwrap()
}

/// The demo that the release had read: equal settings serve equal records.
fn demo() -> Demo {
    let config = DemoConfig {
        customers: 7,
        invoices: 13,
        payments: 11,
        ..DemoConfig::default()
    };
    Demo::start(config, ([127, 0, 0, 1], 0).into()).unwrap()
}

fn of_status(syncs: &[Value], status: &str) -> Vec<Value> {
    let chosen = syncs.iter().filter(|sync| sync["status"] == status);
    chosen.cloned().collect()
}

both_databases! {
    async fn a_database_of_the_first_release_goes_on(db: TestDatabase) {
        let token = restore(&db);
        let (demo, providers) = (demo(), providers_with("demo", MANIFEST));
        let program = Program::new(db.url()).providers(providers.path());
        // Nothing runs before the connection knows where the demo is now.
        let idle = program.clone().workers(0).serve().await;
        let api = Api::new(idle.url(), token);
        let connections = api.all("/v2/integrations/connections").await;
        assert_eq!(connections.len(), 1);
        let connection = text(&connections[0]["id"]);
        let path = format!("/v2/integrations/connections/{connection}");
        let patch = json!({ "config": { "base_url": demo.url() } });
        api.patch(&path, patch).await.expect_status(200);
        drop(idle);

        let server = program.workers(4).serve().await;
        let api = Api::new(server.url(), token);
        let models = models_of(&connections[0]);
        let world = World { demo, server, api, connection, models, providers };
        let before = world.api.all("/v2/integrations/syncs").await;
        assert_eq!(before.len(), 6);
        assert_eq!(of_status(&before, "failed").len(), 1);
        let unfinished: Vec<Value> = before
            .iter()
            .filter(|sync| sync["completed_at"].is_null())
            .cloned()
            .collect();
        assert_eq!(unfinished.len(), 3, "{before:?}");
        for sync in push_through(&world, &unfinished).await {
            assert_eq!(sync["status"], "complete", "{sync}");
        }
        world.assert_all_landed().await;

        let schedule = format!("/v2/integrations/models/{}/schedule", world.models["invoices"]);
        let schedule = world.api.get(&schedule).await.expect_status(200).json;
        assert_eq!(schedule["interval_seconds"], 31_536_000);

        // What was synced before is known, and what changes now is found.
        let known = world.feed(Model::Customers).await.len();
        let syncs = world.sync_completely(json!({ "models": ["customers"] })).await;
        assert_eq!(world.sum(&syncs, "added").await, 0);
        assert_eq!(world.feed(Model::Customers).await.len(), known);
        world.demo.advance(1);
        world.sync_completely(json!({ "full_refresh": true })).await;
        world.sync_completely(json!({ "full_refresh": true })).await;
        world.assert_all_landed().await;
    }
}
