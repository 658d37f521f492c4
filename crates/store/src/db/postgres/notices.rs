//! Changes are told to other processes once they are committed.
//!
//! Not by the transaction that makes them: a transaction that notifies holds a lock of the whole
//! database until its commit is on disk, so that such commits would go one after the other
//! (PostgreSQL, src/backend/commands/async.c, PreCommit_Notify). One transaction that waits for no
//! disk tells what many have changed. What a crash keeps from being told is found by polling.

use std::sync::{Mutex, MutexGuard, PoisonError};

use diesel::connection::SimpleConnection;

use super::notification::{Origin, is_told};
use crate::db::failure::printable;
use crate::db::pool::Kept;
use crate::store::SyncChange;

/// What is to be told, in the order of the commits.
pub(super) struct Notices {
    origin: Origin,
    waiting: Mutex<Waiting>,
}

#[derive(Default)]
struct Waiting {
    changes: Vec<SyncChange>,
    /// Somebody is telling, and goes on to what comes meanwhile.
    is_served: bool,
}

impl Notices {
    pub(super) fn new(origin: Origin) -> Self {
        Self {
            origin,
            waiting: Mutex::default(),
        }
    }

    pub(super) fn origin(&self) -> Origin {
        self.origin
    }

    /// Tells others of changes that are committed, on a connection that is in no transaction; or
    /// leaves them to whoever is telling just now.
    pub(super) fn send(&self, kept: &mut Kept, changes: &[SyncChange]) {
        {
            let mut waiting = self.waiting();
            waiting
                .changes
                .extend(changes.iter().filter(|change| is_told(change)));
            if waiting.is_served || waiting.changes.is_empty() {
                return;
            }
            waiting.is_served = true;
        }
        loop {
            let changes = {
                let mut waiting = self.waiting();
                waiting.is_served = !waiting.changes.is_empty();
                std::mem::take(&mut waiting.changes)
            };
            if changes.is_empty() {
                return;
            }
            if !kept.is_broken
                && let Err(error) = kept.conn.batch_execute(&self.origin.tell(&changes))
            {
                kept.is_broken = true;
                tracing::debug!(
                    error = %printable(&error.to_string()),
                    "other processes were not told: they poll"
                );
            }
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
