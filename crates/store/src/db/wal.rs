//! Keeps the write-ahead log of SQLite small.

use std::path::PathBuf;

use diesel::connection::SimpleConnection;

use crate::db::AnyConnection;

/// SQLite writes the log back by itself every 1,000 pages, but starts it over only when no reader
/// looks into it, which under steady reading is never. Above this size we wait for that moment.
const LARGE: u64 = 64 * 1024 * 1024;
/// How many commits pass between two looks at its size.
const COMMITS: u32 = 64;

/// The log beside a database file.
pub(crate) struct Wal {
    path: PathBuf,
    commits: u32,
}

impl Wal {
    pub(crate) fn of(database: PathBuf) -> Self {
        let mut path = database.into_os_string();
        path.push("-wal");
        Self {
            path: path.into(),
            commits: 0,
        }
    }

    /// Called after each commit.
    pub(crate) fn keep_small(&mut self, conn: &mut AnyConnection) {
        self.commits += 1;
        if self.commits < COMMITS {
            return;
        }
        self.commits = 0;
        let bytes = std::fs::metadata(&self.path).map_or(0, |file| file.len());
        if bytes > LARGE
            && let Err(error) = conn.batch_execute("PRAGMA wal_checkpoint(TRUNCATE)")
        {
            tracing::warn!(%error, bytes, "the write-ahead log of the database stays large");
        }
    }
}
