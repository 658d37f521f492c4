//! A database of its own for each test.

use std::path::{Path, PathBuf};

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, SqliteConnection};
use tempfile::TempDir;

use crate::postgres::PostgresDatabase;

/// An empty database that nothing else uses; it is removed on drop.
///
/// It has no tables: the code under test brings its own migrations.
#[derive(Debug)]
pub struct TestDatabase {
    url: String,
    inner: Inner,
}

#[derive(Debug)]
enum Inner {
    Sqlite { directory: TempDir },
    Postgres(PostgresDatabase),
}

/// Which of the two a [`TestDatabase`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatabaseKind {
    /// A file in a temporary directory.
    Sqlite,
    /// A database in the cluster that `SYNCLINE_TEST_POSTGRES_URL` names.
    Postgres,
}

impl TestDatabase {
    /// A path in a fresh temporary directory; the file is made by whoever opens it first.
    pub fn sqlite() -> Self {
        let directory = temporary_directory();
        Self {
            url: format!("sqlite://{}", directory.path().join("test.db").display()),
            inner: Inner::Sqlite { directory },
        }
    }

    /// A fresh database in the cluster that `SYNCLINE_TEST_POSTGRES_URL` names.
    ///
    /// # Panics
    /// When the variable is not set or the server does not answer, with what to do about it.
    pub fn postgres() -> Self {
        let database = PostgresDatabase::create();
        Self {
            url: database.url().to_owned(),
            inner: Inner::Postgres(database),
        }
    }

    /// What to give to `--database-url`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The same database through the transaction pooler that `SYNCLINE_TEST_POOLER` names.
    ///
    /// # Panics
    /// On SQLite, and when the variable is not set, with what to do about it.
    pub fn pooled_url(&self) -> String {
        match &self.inner {
            Inner::Sqlite { .. } => panic!("SQLite has no pooler"),
            Inner::Postgres(database) => database.pooled_url(),
        }
    }

    /// Which database this is, for the few tests that must know.
    pub fn kind(&self) -> DatabaseKind {
        match self.inner {
            Inner::Sqlite { .. } => DatabaseKind::Sqlite,
            Inner::Postgres(_) => DatabaseKind::Postgres,
        }
    }

    /// Runs one statement that no request makes, on a connection of its own.
    ///
    /// # Panics
    /// With the database's words, when it does not take the statement.
    pub fn execute(&self, statement: &str) {
        let done = match &self.inner {
            Inner::Sqlite { directory } => {
                let file = directory.path().join("test.db").display().to_string();
                SqliteConnection::establish(&file)
                    .map(|mut connection| connection.batch_execute(statement))
            }
            Inner::Postgres(_) => PgConnection::establish(&self.url)
                .map(|mut connection| connection.batch_execute(statement)),
        };
        match done {
            Ok(Ok(())) => {}
            Ok(Err(error)) => panic!("{statement}: {error}"),
            Err(error) => panic!("no connection: {error}"),
        }
    }

    /// The SQLite file; `None` on PostgreSQL.
    pub fn file(&self) -> Option<PathBuf> {
        self.directory().map(|directory| directory.join("test.db"))
    }

    /// The directory that holds the SQLite file and what lies beside it; `None` on PostgreSQL.
    pub fn directory(&self) -> Option<&Path> {
        match &self.inner {
            Inner::Sqlite { directory } => Some(directory.path()),
            Inner::Postgres(_) => None,
        }
    }
}

/// A directory that is removed on drop.
pub(crate) fn temporary_directory() -> TempDir {
    match tempfile::Builder::new().prefix("syncline-test-").tempdir() {
        Ok(directory) => directory,
        Err(error) => panic!("no temporary directory for this test: {error}"),
    }
}
