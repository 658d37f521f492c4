//! Opening a database and running work in it.

use tokio::sync::broadcast;

use syncline_domain::{ModelId, OrganizationId, Status, SyncId};

use crate::clock::Clock;
use crate::error::StoreError;
use crate::secrets::MasterKey;
use crate::tx::Tx;

/// A database, opened. Cheap to clone; all clones share its connections.
#[derive(Clone)]
pub struct Store {}

/// How to open a database.
pub struct StoreOptions {
    /// `sqlite:///absolute/path.db`, `sqlite://relative.db`, `sqlite::memory:` or
    /// `postgres://user@host/database`.
    pub database_url: String,
    /// Encrypts the secrets of connections. `None`: a file of mode 0600 beside the SQLite file,
    /// made when the database has no key's fingerprint yet.
    pub master_key: Option<MasterKey>,
    /// What tells the time of leases.
    pub clock: Clock,
    /// Connections to PostgreSQL, or readers of SQLite.
    pub pool_size: u32,
    /// On SQLite, whether this is the process that serves the database: it takes the lock file,
    /// and is refused with the other's process id when there is one. Short commands do not serve.
    pub serves: bool,
}

/// Who goes first where there is one writer (SQLite).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// Requests, cancels, heartbeats, claims, fences: short, and ahead of all pages.
    Control,
    /// Pages, sweeps, retention.
    Bulk,
}

/// A sync changed its status, in this process.
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
        todo!()
    }

    /// Brings the schema up to date; safe when several processes start at once. Gives the names
    /// of the migrations that ran.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Database`].
    pub async fn migrate(&self) -> Result<Vec<String>, StoreError> {
        todo!()
    }

    /// Whether this build's migrations have all run.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Database`].
    pub async fn is_migrated(&self) -> Result<bool, StoreError> {
        todo!()
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
        todo!()
    }

    /// Runs changes in one transaction: committed when `work` gives `Ok`, undone when it gives
    /// `Err`. Returns after the commit.
    ///
    /// # Errors
    /// What `work` gives, or [`StoreError::Unavailable`]; then nothing happened.
    pub async fn write<T, E>(
        &self,
        lane: Lane,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        todo!()
    }

    /// Status changes that this process commits, after their commit. A slow receiver lags: then
    /// read again. Changes by other processes do not come this way: poll for those.
    pub fn subscribe(&self) -> broadcast::Receiver<SyncChange> {
        todo!()
    }

    /// Whether the database is SQLite: one process, whose leases are void once it is gone.
    pub fn is_single_process(&self) -> bool {
        todo!()
    }

    /// Finishes what is under way and closes every connection.
    pub async fn close(self) {
        todo!()
    }
}
