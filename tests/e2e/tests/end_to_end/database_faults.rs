//! The database goes away, fills up, or is served already.

use serde_json::json;
use syncline_demo::Model;
use syncline_test_support::{Program, TestDatabase};

use crate::world::World;

#[tokio::test]
async fn a_second_server_on_one_sqlite_file_is_refused_with_the_others_id() {
    let db = TestDatabase::sqlite();
    let world = World::small(&db).await;
    let second = Program::new(db.url())
        .providers(world.providers.path())
        .run(&["serve", "--listen", "127.0.0.1:0"]);
    assert_ne!(second.code, Some(0));
    let pid = world.server.id().to_string();
    assert!(second.stderr.contains(&pid), "{}", second.stderr);
    world
        .sync_completely(json!({ "models": ["customers"] }))
        .await;
    world.assert_landed(Model::Customers).await;
}

#[tokio::test]
async fn another_master_key_is_refused_in_words() {
    let db = TestDatabase::sqlite();
    let mut world = World::small(&db).await;
    world.server.kill9();
    let other = "b".repeat(64);
    let refused = Program::new(db.url())
        .providers(world.providers.path())
        .variable("SYNCLINE_MASTER_KEY", other)
        .run(&["serve", "--listen", "127.0.0.1:0"]);
    assert_ne!(refused.code, Some(0));
    assert!(refused.stderr.contains("key"), "{}", refused.stderr);
}

/// The system refuses every write past a file's first page, as it does when the disk is full.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_full_disk_is_waited_for() {
    let db = TestDatabase::sqlite();
    let world = World::small(&db).await;
    world.demo.hold_after(2);
    let syncs = world.api.request_sync(&world.connection, None).await;
    // Two pages were answered, and the next of each model waits.
    world.demo.wait_until_held(3).await;
    world.server.limit_file_size(Some(4096));
    world.demo.release();

    let body = json!({ "models": ["customers"], "full_refresh": true });
    let path = format!("/v2/integrations/connections/{}/sync", world.connection);
    let refused = world.api.post(&path, body).await.expect_status(503);
    assert!(refused.header("Retry-After").is_some());
    assert_eq!(refused.json["code"], "unavailable", "{}", refused.json);
    // Reading needs no room.
    let shown = world.api.all("/v2/integrations/syncs").await;
    assert_eq!(
        shown.len(),
        syncs.len(),
        "what was refused left nothing behind"
    );
    let landed_before = world.sum(&syncs, "records").await;
    assert!(
        landed_before <= 2 * 25,
        "{landed_before} records on a full disk"
    );

    world.server.limit_file_size(None);
    for sync in world.api.wait_for_syncs(&syncs).await {
        assert_eq!(sync["status"], "complete", "{sync}");
    }
    world.assert_all_landed().await;
    let records = [Model::Customers, Model::Invoices, Model::Payments];
    let records: usize = records.iter().map(|model| world.demo.count(*model)).sum();
    assert_eq!(
        world.sum(&syncs, "added").await,
        i64::try_from(records).unwrap()
    );
}

mod postgres {
    use diesel::connection::SimpleConnection;
    use diesel::{Connection, PgConnection};

    use super::*;

    /// Runs statements in the cluster, beside the server under test.
    fn execute(db: &TestDatabase, sql: &str) {
        let cluster = std::env::var("SYNCLINE_TEST_POSTGRES_URL").unwrap();
        let name = db
            .url()
            .split('?')
            .next()
            .unwrap()
            .rsplit('/')
            .next()
            .unwrap();
        let mut connection = PgConnection::establish(&cluster).unwrap();
        for statement in sql.replace("{database}", name).split(';') {
            connection.batch_execute(statement).unwrap();
        }
    }

    #[tokio::test]
    async fn a_database_that_goes_away_is_waited_for() {
        let db = TestDatabase::postgres();
        let world = World::small(&db).await;
        world.demo.hold_after(2);
        let syncs = world.api.request_sync(&world.connection, None).await;
        world.demo.wait_until_held(3).await;

        // Nobody may connect, and who is connected is thrown out.
        execute(
            &db,
            "ALTER DATABASE {database} ALLOW_CONNECTIONS false; \
             SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'",
        );
        let answer = world
            .api
            .get("/v2/integrations/connections")
            .await
            .expect_status(503);
        assert!(answer.header("Retry-After").is_some());
        world.demo.release();
        execute(&db, "ALTER DATABASE {database} ALLOW_CONNECTIONS true");

        for sync in world.api.wait_for_syncs(&syncs).await {
            assert_eq!(sync["status"], "complete", "{sync}");
        }
        world.assert_all_landed().await;
        let added = world.sum(&syncs, "added").await;
        let records = [Model::Customers, Model::Invoices, Model::Payments];
        let records: usize = records.iter().map(|model| world.demo.count(*model)).sum();
        assert_eq!(added, i64::try_from(records).unwrap());
    }
}
