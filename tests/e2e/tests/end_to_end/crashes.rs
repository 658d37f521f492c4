//! `kill -9` in the middle of a large sync.

use serde_json::json;
use syncline_demo::{DemoConfig, Model};
use syncline_test_support::{DatabaseKind, TestDatabase, both_databases};

use crate::world::{World, text};

const RECORDS: usize = 100_000;

both_databases! {
    async fn a_killed_server_goes_on_from_the_last_committed_page(db: TestDatabase) {
        let config = DemoConfig { customers: 10, invoices: RECORDS, payments: 0, ..DemoConfig::default() };
        // On PostgreSQL a dead worker's lease of a minute has to expire: once is long enough.
        let crashes: i64 = match db.kind() {
            DatabaseKind::Sqlite => 3,
            DatabaseKind::Postgres => 1,
        };
        let mut world = World::start(&db, config, 1000).await;
        let model = json!({ "models": ["invoices"] });
        world.demo.hold_after(20);
        let syncs = world.api.request_sync(&world.connection, model).await;
        let id = text(&syncs[0]["id"]);
        for crash in 1..=crashes {
            // Killed while it waits for a page, with the one before perhaps not yet committed.
            world.demo.wait_until_held(1).await;
            world.server.kill9();
            world.demo.hold_after(if crash == crashes { u64::MAX } else { 20 });
            world.server = world.server.start_again().await;
            world.api = world.api.at(&world.server);
        }
        let sync = world.api.wait_for_sync(&id).await;
        assert_eq!(sync["status"], "complete", "{sync}");
        assert_eq!(sync["attempt"], crashes + 1);

        world.assert_landed(Model::Invoices).await;
        let records = i64::try_from(RECORDS).unwrap();
        assert_eq!(world.sum(&syncs, "added").await, records, "nothing was added twice");
        assert_eq!(world.feed(Model::Invoices).await.len(), RECORDS, "one entry for each record");
        let pages = records / 1000 + 1;
        let requests = world.page_requests(Model::Invoices);
        assert!(requests >= pages && requests <= pages + 2 * crashes, "{requests} requests for {pages} pages");
    }
}
