//! Opening a database and running work in it.

use std::sync::Arc;

use tokio::sync::{broadcast, watch};

use syncline_domain::{ModelId, OrganizationId, Status, SyncId};

use crate::clock::Clock;
use crate::db::job::Context;
use crate::db::lock_file::LockFile;
use crate::db::postgres::Postgres;
use crate::db::sqlite::Sqlite;
use crate::db::url::DatabaseUrl;
use crate::db::{AnyConnection, master_key, migrations, postgres, sqlite};
use crate::entropy::Entropy;
use crate::error::StoreError;
use crate::runs::gate::Beginnings;
use crate::secrets::{KeyId, MasterKey, MasterKeys, Vault};
use crate::syncs::gate::Requests;
use crate::together::Gate;
use crate::tokens::gate::Shown;
use crate::tx::Tx;

/// Status changes that a slow subscriber may be behind.
pub(crate) const CHANGES: usize = 4096;

/// A database, opened. Cheap to clone; all clones share its connections.
#[derive(Clone)]
pub struct Store {
    context: Arc<Context>,
    database: Arc<Database>,
    gates: Arc<Gates>,
}

/// Where calls gather that can share a transaction.
pub(crate) struct Gates {
    pub(crate) requests: Arc<Gate<Requests>>,
    pub(crate) tokens: Arc<Gate<Shown>>,
    pub(crate) beginnings: Arc<Gate<Beginnings>>,
}

impl Gates {
    fn new(group_size: usize) -> Self {
        Self {
            requests: Arc::new(Gate::new(group_size)),
            tokens: Arc::new(Gate::new(group_size)),
            beginnings: Arc::new(Gate::new(group_size)),
        }
    }
}

enum Database {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

/// How to open a database.
pub struct StoreOptions {
    /// `sqlite:///absolute/path.db`, `sqlite://relative.db`, `sqlite::memory:` or
    /// `postgres://user@host/database`.
    pub database_url: String,
    /// Encrypt the secrets of connections. `None`: a file of mode 0600 beside the SQLite file,
    /// made when the database knows no key yet. PostgreSQL has no such place: a process that
    /// serves needs keys, others as soon as they touch secrets.
    pub master_keys: Option<MasterKeys>,
    /// What tells the time of leases.
    pub clock: Clock,
    /// Connections to PostgreSQL, or readers of SQLite.
    pub pool_size: u32,
    /// How many calls that come at the same moment share a transaction at most; 1: none do.
    pub group_size: usize,
    /// On SQLite, whether this is the process that serves the database: it takes the lock file,
    /// and is refused with the other's process id when there is one. Short commands do not serve.
    pub serves: bool,
}

impl StoreOptions {
    /// The usual [`group_size`](Self::group_size).
    pub const GROUP_SIZE: usize = 256;
}

/// Who goes first where there is one writer (SQLite).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// Requests, cancels, heartbeats, claims, fences: short, and ahead of all pages.
    Control,
    /// Pages, sweeps, retention.
    Bulk,
}

/// Whether a store hears of changes by other processes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hearing {
    /// Not now: there is no connection, or it was not tried yet.
    No,
    /// At once.
    Yes,
    /// Nothing comes through, as behind a transaction pooler.
    Deaf,
}

/// A sync changed its status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SyncChange {
    /// Which sync.
    pub sync_id: SyncId,
    /// Its model.
    pub model_id: ModelId,
    /// Its tenant.
    pub organization_id: OrganizationId,
    /// What it became.
    pub status: Status,
}

impl Store {
    /// Opens a database. Does not migrate it.
    ///
    /// # Errors
    /// [`StoreError::Open`] with what to do about it.
    pub async fn open(options: StoreOptions) -> Result<Self, StoreError> {
        let opening = tokio::task::spawn_blocking(|| open(options)).await;
        opening.map_err(|error| StoreError::Open(error.to_string()))?
    }

    /// Brings the schema up to date; safe when several processes start at once. Gives the names
    /// of the migrations that ran.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Database`].
    pub async fn migrate(&self) -> Result<Vec<String>, StoreError> {
        let keys = self.context.vault.keys().cloned();
        let keys = keys.filter(|_| self.context.serves);
        self.on_connection(move |conn| {
            let names = migrations::run(conn)?;
            keys.map_or(Ok(()), |keys| master_key::enroll(conn, &keys))?;
            Ok(names)
        })
        .await
    }

    /// Whether this build's migrations have all run.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Database`].
    pub async fn is_migrated(&self) -> Result<bool, StoreError> {
        self.on_connection(migrations::are_run).await
    }

    /// Runs questions in one read transaction.
    ///
    /// # Errors
    /// What `work` gives, or [`StoreError::Unavailable`].
    pub async fn read<T, E>(
        &self,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        match &*self.database {
            Database::Sqlite(sqlite) => sqlite.read(Arc::clone(&self.context), work).await,
            Database::Postgres(postgres) => postgres.read(Arc::clone(&self.context), work).await,
        }
    }

    /// Runs changes in one transaction: committed when `work` gives `Ok`, undone when it gives
    /// `Err` or panics. Returns after the commit. The work goes on to its end when the caller
    /// stops waiting for it.
    ///
    /// # Errors
    /// What `work` gives, or [`StoreError::Unavailable`]; then nothing happened, but for one case
    /// that nobody can tell: the connection to PostgreSQL broke while it committed.
    pub async fn write<T, E>(
        &self,
        lane: Lane,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        match &*self.database {
            Database::Sqlite(sqlite) => sqlite.write(lane, work).await,
            Database::Postgres(postgres) => {
                postgres.write(Arc::clone(&self.context), lane, work).await
            }
        }
    }

    /// The master keys of this process by their ids, the primary first.
    pub fn master_key_ids(&self) -> Vec<KeyId> {
        let keys = self.context.vault.keys();
        keys.map(|keys| keys.iter().map(MasterKey::id).collect())
            .unwrap_or_default()
    }

    /// Status changes that this process commits, after their commit, and what is
    /// [heard](Self::listen) of others. A slow receiver lags: then read again. Nobody may rely on
    /// hearing of others: poll for those, too.
    pub fn subscribe(&self) -> broadcast::Receiver<SyncChange> {
        self.context.changes.subscribe()
    }

    /// Hears of status changes that other processes commit from now on, on a connection of its own:
    /// to the server that `url` names, else to the database's own URL. That connection has to
    /// last, so that behind a transaction pooler only a URL of the server itself hears. Tells how
    /// it goes; a connection that is lost is made again. On SQLite there is nobody to be heard.
    ///
    /// # Errors
    /// [`StoreError::Open`] when there can be no thread for it.
    pub fn listen(&self, url: Option<&str>) -> Result<watch::Receiver<Hearing>, StoreError> {
        match &*self.database {
            Database::Sqlite(_) => Ok(watch::channel(Hearing::No).1),
            Database::Postgres(postgres) => postgres.listen(url, Arc::clone(&self.context)),
        }
    }

    /// Whether the database is SQLite: one process, whose leases are void once it is gone.
    pub fn is_single_process(&self) -> bool {
        match &*self.database {
            Database::Sqlite(_) => true,
            Database::Postgres(_) => false,
        }
    }

    /// Finishes what is under way; nothing begins any more, for all clones. Idle connections close
    /// with the last clone.
    pub async fn close(self) {
        match &*self.database {
            Database::Sqlite(sqlite) => sqlite.close().await,
            Database::Postgres(postgres) => postgres.close().await,
        }
    }

    /// A store of a database that others open, keep and serve.
    pub(crate) fn unattended(context: Arc<Context>, sqlite: Sqlite) -> Self {
        Self {
            context,
            database: Arc::new(Database::Sqlite(sqlite)),
            gates: Arc::new(Gates::new(StoreOptions::GROUP_SIZE)),
        }
    }

    pub(crate) fn gates(&self) -> &Gates {
        &self.gates
    }

    /// Outside of any transaction of ours.
    async fn on_connection<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut AnyConnection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        match &*self.database {
            Database::Sqlite(sqlite) => sqlite.writer.raw(work).await,
            Database::Postgres(postgres) => postgres.on_connection(work).await,
        }
    }
}

fn open(options: StoreOptions) -> Result<Store, StoreError> {
    let StoreOptions {
        database_url,
        master_keys,
        clock,
        pool_size,
        group_size,
        serves,
    } = options;
    let url = DatabaseUrl::parse(&database_url)?;
    let file = match &url {
        DatabaseUrl::File(file) => Some(file.clone()),
        DatabaseUrl::Memory | DatabaseUrl::Postgres(_) => None,
    };
    let mut conn = match &url {
        DatabaseUrl::Memory | DatabaseUrl::File(_) => sqlite::connect(file.as_deref())?,
        DatabaseUrl::Postgres(url) => postgres::connect(url).map_err(|e| postgres::refused(&e))?,
    };
    // A server that is refused must leave no trace, so the lock comes first.
    let lock = file
        .as_deref()
        .filter(|_| serves)
        .map(LockFile::take)
        .transpose()?;
    let keys = master_key::choose(master_keys, file.as_deref(), &mut conn, serves)?;
    if let Some(keys) = keys.as_ref().filter(|_| serves) {
        master_key::enroll(&mut conn, keys)?;
    }
    let (changes, _) = broadcast::channel(CHANGES);
    let context = Arc::new(Context {
        clock,
        vault: Vault::new(keys),
        serves,
        entropy: Entropy::new(),
        changes,
    });
    let database = match url {
        DatabaseUrl::Memory | DatabaseUrl::File(_) => Database::Sqlite(Sqlite::start(
            conn,
            file,
            pool_size,
            group_size,
            lock,
            Arc::clone(&context),
        )?),
        DatabaseUrl::Postgres(url) => Database::Postgres(Postgres::start(&url, pool_size)),
    };
    Ok(Store {
        context,
        database: Arc::new(database),
        gates: Arc::new(Gates::new(group_size)),
    })
}

#[cfg(test)]
mod tests;
