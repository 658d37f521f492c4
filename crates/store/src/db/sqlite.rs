//! A SQLite database: one writer, and readers that cannot write.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use diesel::connection::SimpleConnection;
use diesel::{Connection, ConnectionError, SqliteConnection};

use crate::db::AnyConnection;
use crate::db::failure::printable;
use crate::db::job::{Context, Job, Task};
use crate::db::lock_file::LockFile;
use crate::db::pool::Connections;
use crate::db::writer::Writer;
use crate::error::StoreError;
use crate::store::Lane;
use crate::tx::Tx;

/// Every commit is on the disk before it is answered (`FULL`). The caches are small: the system's
/// own holds the file.
const WRITER: &str = "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; \
    PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -4096; \
    PRAGMA journal_size_limit = 67108864;";
const READER: &str =
    "PRAGMA busy_timeout = 5000; PRAGMA query_only = ON; PRAGMA cache_size = -2048;";

/// A database that runs.
pub(crate) struct Sqlite {
    pub(crate) writer: Writer,
    /// None in memory, where there is one connection alone.
    readers: Option<Connections>,
}

/// The writing connection, before the store stands.
pub(crate) fn connect(file: Option<&Path>) -> Result<AnyConnection, StoreError> {
    let Some(file) = file else {
        let mut conn =
            SqliteConnection::establish(":memory:").map_err(|e| refused(":memory:", &e))?;
        conn.batch_execute("PRAGMA foreign_keys = ON")
            .map_err(|e| refused(":memory:", &e))?;
        return Ok(AnyConnection::Sqlite(conn));
    };
    let shown = &file.display();
    let directory = file
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    if let Some(directory) = directory
        && !directory.is_dir()
    {
        return Err(StoreError::Open(format!(
            "there is no directory {}: create it, or use another --database-url",
            directory.display(),
        )));
    }
    if file.is_dir() {
        return Err(StoreError::Open(format!(
            "{shown} is a directory: write the path of a file into --database-url"
        )));
    }
    let mut conn = SqliteConnection::establish(text(file)?).map_err(|e| refused(shown, &e))?;
    conn.batch_execute(WRITER).map_err(|e| refused(shown, &e))?;
    Ok(AnyConnection::Sqlite(conn))
}

fn refused(file: impl std::fmt::Display, error: &dyn std::error::Error) -> StoreError {
    let error = printable(&error.to_string());
    StoreError::Open(format!(
        "the database file {file} cannot be opened for writing: {error}"
    ))
}

fn text(file: &Path) -> Result<&str, StoreError> {
    file.to_str()
        .ok_or_else(|| StoreError::Open(format!("the path {} must be UTF-8", file.display())))
}

impl Sqlite {
    pub(crate) fn start(
        conn: AnyConnection,
        file: Option<PathBuf>,
        pool_size: u32,
        group_size: usize,
        lock: Option<LockFile>,
        context: Arc<Context>,
    ) -> Result<Self, StoreError> {
        let readers = match &file {
            None => None,
            Some(file) => {
                let path = text(file)?.to_owned();
                Some(Connections::new(
                    pool_size,
                    Box::new(move || connect_reader(&path)),
                ))
            }
        };
        Ok(Self {
            writer: Writer::start(conn, context, group_size, lock, file)?,
            readers,
        })
    }

    /// A database in memory whose writer is served by somebody else.
    pub(crate) fn unattended(writer: Writer) -> Self {
        Self {
            writer,
            readers: None,
        }
    }

    pub(crate) async fn read<T, E, F>(&self, context: Arc<Context>, work: F) -> Result<T, E>
    where
        F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let Some(readers) = &self.readers else {
            return self.writer.read(work).await;
        };
        let (task, result) = Task::new(work);
        readers
            .run(move |readers| look(readers, &context, task))
            .await??;
        result
            .await
            .unwrap_or_else(|_| Err(E::from(crate::db::job::closed())))
    }

    pub(crate) async fn write<T, E, F>(&self, lane: Lane, work: F) -> Result<T, E>
    where
        F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.writer.write(lane, work).await
    }

    pub(crate) async fn close(&self) {
        if let Some(readers) = &self.readers {
            readers.close().await;
        }
        self.writer.close().await;
    }
}

fn connect_reader(path: &str) -> Result<AnyConnection, ConnectionError> {
    let mut conn = SqliteConnection::establish(path)?;
    conn.batch_execute(READER)
        .map_err(ConnectionError::CouldntSetupConfiguration)?;
    Ok(AnyConnection::Sqlite(conn))
}

/// In one snapshot.
fn look(readers: &Connections, context: &Context, task: impl Job) -> Result<(), StoreError> {
    let (mut kept, ()) = readers.begin(|kept| kept.conn.batch_execute("BEGIN"))?;
    let mut task = Box::new(task);
    let mut tx = Tx::new(&mut kept.conn, context.process_time(), context);
    task.run(&mut tx);
    kept.is_broken = kept.conn.batch_execute("ROLLBACK").is_err();
    task.finish(None);
    Ok(())
}
