//! One transaction, and the time and ids inside it.

use chrono::{DateTime, Utc};

use crate::db::AnyConnection;
use crate::db::job::Context;
use crate::secrets::Vault;
use crate::store::SyncChange;

/// A transaction under way. Its methods, spread over the modules by what they are about, are all
/// that can be asked of the store.
pub struct Tx<'a> {
    conn: &'a mut AnyConnection,
    now: DateTime<Utc>,
    context: &'a Context,
    changes: Vec<SyncChange>,
}

impl<'a> Tx<'a> {
    pub(crate) fn new(
        conn: &'a mut AnyConnection,
        now: DateTime<Utc>,
        context: &'a Context,
    ) -> Self {
        Self {
            conn,
            now,
            context,
            changes: Vec::new(),
        }
    }
}

impl Tx<'_> {
    /// The time of this transaction by the store's clock, cut to microseconds.
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// For queries.
    pub(crate) fn conn(&mut self) -> &mut AnyConnection {
        self.conn
    }

    /// For statements that each database needs in its own words.
    pub(crate) fn is_postgres(&self) -> bool {
        match self.conn {
            AnyConnection::Postgres(_) => true,
            AnyConnection::Sqlite(_) => false,
        }
    }

    /// Seals and opens secrets.
    pub(crate) fn vault(&self) -> &Vault {
        &self.context.vault
    }

    /// Tells this process's subscribers, once it is committed.
    pub(crate) fn announce(&mut self, change: SyncChange) {
        self.changes.push(change);
    }

    /// What [`announce`](Self::announce) gathered.
    pub(crate) fn into_changes(self) -> Vec<SyncChange> {
        self.changes
    }

    /// What an id is made from: `SyncId::from_parts(tx.now(), tx.entropy())`. Ids of one
    /// millisecond sort in the order of their making.
    pub(crate) fn entropy(&mut self) -> [u8; 10] {
        self.context.entropy.next(self.now)
    }
}
