//! The schema, brought up to date by whichever process comes first.

use diesel::{Connection, PgConnection, RunQueryDsl, SqliteConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::db::AnyConnection;
use crate::error::StoreError;

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// Any number that nobody else uses: "syncline" in ASCII.
const LOCK: &str = "SELECT pg_advisory_xact_lock(8319678120270294629)";

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Runs what has not run; gives the names.
pub(crate) fn run(conn: &mut AnyConnection) -> Result<Vec<String>, StoreError> {
    match conn {
        AnyConnection::Sqlite(conn) => alone_sqlite(conn, |conn| {
            Ok(conn
                .run_pending_migrations(SQLITE)?
                .iter()
                .map(ToString::to_string)
                .collect())
        }),
        AnyConnection::Postgres(conn) => alone_postgres(conn, |conn| {
            Ok(conn
                .run_pending_migrations(POSTGRES)?
                .iter()
                .map(ToString::to_string)
                .collect())
        }),
    }
}

/// Whether all have run.
pub(crate) fn are_run(conn: &mut AnyConnection) -> Result<bool, StoreError> {
    match conn {
        AnyConnection::Sqlite(conn) => {
            alone_sqlite(conn, |conn| Ok(!conn.has_pending_migration(SQLITE)?))
        }
        AnyConnection::Postgres(conn) => {
            alone_postgres(conn, |conn| Ok(!conn.has_pending_migration(POSTGRES)?))
        }
    }
}

/// Undoes all of them.
#[cfg(test)]
pub(crate) fn revert(conn: &mut AnyConnection) -> Result<(), StoreError> {
    match conn {
        AnyConnection::Sqlite(conn) => {
            alone_sqlite(conn, |conn| conn.revert_all_migrations(SQLITE).map(drop))
        }
        AnyConnection::Postgres(conn) => {
            alone_postgres(conn, |conn| conn.revert_all_migrations(POSTGRES).map(drop))
        }
    }
}

/// One process at a time, all or nothing.
fn alone_sqlite<T>(
    conn: &mut SqliteConnection,
    work: impl FnOnce(&mut SqliteConnection) -> Result<T, Failure>,
) -> Result<T, StoreError> {
    conn.exclusive_transaction(work).map_err(failed)
}

fn alone_postgres<T>(
    conn: &mut PgConnection,
    work: impl FnOnce(&mut PgConnection) -> Result<T, Failure>,
) -> Result<T, StoreError> {
    conn.transaction(|conn| {
        diesel::sql_query(LOCK).execute(conn)?;
        work(conn)
    })
    .map_err(failed)
}

fn failed(error: Failure) -> StoreError {
    match error.downcast::<diesel::result::Error>() {
        Ok(error) => StoreError::from(*error),
        Err(error) => StoreError::Database(error),
    }
}
