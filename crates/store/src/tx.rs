//! One transaction, and the time and ids inside it.

use chrono::{DateTime, Utc};
use rand::Rng;

use crate::db::AnyConnection;
use crate::secrets::Vault;
use crate::store::SyncChange;

/// A transaction under way. Its methods, spread over the modules by what they are about, are all
/// that can be asked of the store.
pub struct Tx<'a> {
    conn: &'a mut AnyConnection,
    now: DateTime<Utc>,
    vault: &'a Vault,
    entropy: Option<[u8; 10]>,
    changes: Vec<SyncChange>,
}

impl<'a> Tx<'a> {
    pub(crate) fn new(conn: &'a mut AnyConnection, now: DateTime<Utc>, vault: &'a Vault) -> Self {
        Self {
            conn,
            now,
            vault,
            entropy: None,
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
        self.vault
    }

    /// Tells this process's subscribers, once it is committed.
    pub(crate) fn announce(&mut self, change: SyncChange) {
        self.changes.push(change);
    }

    /// What [`announce`](Self::announce) gathered.
    pub(crate) fn into_changes(self) -> Vec<SyncChange> {
        self.changes
    }

    /// What an id is made from: `SyncId::from_parts(tx.now(), tx.entropy())`. Each one is larger
    /// than the one before, so that ids of one transaction sort in the order of their making.
    pub(crate) fn entropy(&mut self) -> [u8; 10] {
        let next = match self.entropy {
            None => {
                let mut first = [0; 10];
                rand::rng().fill_bytes(&mut first);
                // Room above, so that counting up does not wrap around.
                first[2] &= 0x1f;
                first
            }
            Some([a, b, tail @ ..]) => {
                let step = u64::from(rand::rng().next_u32()) + 1;
                let [c, d, e, f, g, h, i, j] =
                    u64::from_be_bytes(tail).wrapping_add(step).to_be_bytes();
                [a, b, c, d, e, f, g, h, i, j]
            }
        };
        self.entropy = Some(next);
        next
    }
}
