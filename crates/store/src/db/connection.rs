//! One connection type for both databases.

use diesel::{PgConnection, SqliteConnection};

/// A connection to either database. Ordinary queries go through it as it is; the few statements
/// that differ `match` on it.
#[derive(diesel::MultiConnection)]
pub enum AnyConnection {
    /// SQLite.
    Sqlite(SqliteConnection),
    /// PostgreSQL.
    Postgres(PgConnection),
}
