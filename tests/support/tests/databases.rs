//! The databases are fresh, usable, apart from each other, and gone afterwards.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, RunQueryDsl, SqliteConnection};
use syncline_test_support::{DatabaseKind, TestDatabase, both_databases};

both_databases! {
    fn two_databases_do_not_see_each_other(first: TestDatabase) {
        let second = match first.kind() {
            DatabaseKind::Sqlite => TestDatabase::sqlite(),
            DatabaseKind::Postgres => TestDatabase::postgres(),
        };
        execute(&first, "CREATE TABLE t (i INTEGER)").unwrap();
        execute(&second, "CREATE TABLE t (i INTEGER)").unwrap();
    }

    /// It is dropped although a connection is still open.
    async fn a_dropped_database_is_gone(db: TestDatabase) -> Result<(), String> {
        execute(&db, "CREATE TABLE t (i INTEGER)")?;
        match db.kind() {
            DatabaseKind::Sqlite => {
                let file = db.file().ok_or("SQLite has a file")?;
                assert!(file.exists());
                drop(db);
                assert!(!file.exists());
            }
            DatabaseKind::Postgres => {
                let url = db.url().to_owned();
                let mut open = PgConnection::establish(&url).map_err(|error| error.to_string())?;
                drop(db);
                assert!(diesel::sql_query("SELECT 1").execute(&mut open).is_err());
                assert!(PgConnection::establish(&url).is_err());
            }
        }
        Ok(())
    }
}

fn execute(db: &TestDatabase, statement: &str) -> Result<(), String> {
    match db.kind() {
        DatabaseKind::Sqlite => {
            let file = db.file().unwrap();
            SqliteConnection::establish(file.to_str().unwrap())
                .unwrap()
                .batch_execute(statement)
        }
        DatabaseKind::Postgres => PgConnection::establish(db.url())
            .unwrap()
            .batch_execute(statement),
    }
    .map_err(|error| error.to_string())
}
