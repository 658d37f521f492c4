//! What this process holds of the quotas that all processes share.
//!
//! An account of which nothing is known costs nothing: its first answer that says something makes
//! it known, here at once and to other processes by the row that every run looks for. From then on
//! requests are taken from the store a few at a time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use syncline_domain::ConnectionId;
use syncline_store::runs::Run;
use syncline_store::store::Store;

use crate::options::Jitter;

mod account;

pub use account::Account;

/// The accounts of one process. Cheap to clone; clones are the same.
#[derive(Clone)]
pub struct Quotas {
    store: Store,
    jitter: Jitter,
    accounts: Arc<Mutex<HashMap<ConnectionId, Arc<Account>>>>,
}

impl Quotas {
    /// Holds nothing yet.
    pub fn new(store: Store, jitter: Jitter) -> Self {
        Self {
            store,
            jitter,
            accounts: Arc::default(),
        }
    }

    /// The account that a run asks.
    pub async fn of(&self, run: &Run) -> Arc<Account> {
        let id = run.connection.id;
        let account = {
            let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
            // What nobody uses and nothing is known of is made again when it is needed.
            if accounts.len() >= ACCOUNTS {
                accounts.retain(|_, account| Arc::strong_count(account) > 1);
            }
            let new = || Arc::new(Account::new(self.store.clone(), self.jitter, id));
            Arc::clone(accounts.entry(id).or_insert_with(new))
        };
        account.begin(run.has_quota).await;
        account
    }
}

/// So many accounts are held before those that nobody uses are let go.
const ACCOUNTS: usize = 1024;

impl std::fmt::Debug for Quotas {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Quotas").finish_non_exhaustive()
    }
}
