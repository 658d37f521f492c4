//! Hears of changes that this process commits.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use syncline_domain::Status;
use syncline_store::store::SyncChange;
use tokio::sync::Notify;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use crate::worker::Worker;

/// What the scheduler is to look at, told by others. Two calls before it looks are one.
#[derive(Debug, Default)]
pub(crate) struct Wake {
    is_due: AtomicBool,
    notify: Notify,
}

impl Wake {
    /// Something was queued, or a slot is free.
    pub(crate) fn claim(&self) {
        self.notify.notify_one();
    }

    /// Something may be due.
    pub(crate) fn maintain(&self) {
        self.is_due.store(true, Ordering::SeqCst);
        self.notify.notify_one();
    }

    /// Waits for a call; `true` when something may be due.
    pub(crate) async fn called(&self) -> bool {
        self.notify.notified().await;
        self.is_due.swap(false, Ordering::SeqCst)
    }
}

/// Stops what is cancelled at once and wakes the scheduler, until the store is closed.
pub(crate) async fn listen(mut changes: Receiver<SyncChange>, worker: Worker, wake: Arc<Wake>) {
    loop {
        match changes.recv().await {
            Ok(change) => match change.status {
                Status::Cancelled => worker.pool().lose_sync(change.sync_id),
                Status::Queued => wake.claim(),
                Status::Scheduled | Status::PendingRetry => wake.maintain(),
                Status::Running | Status::Complete | Status::Failed => {}
            },
            Err(RecvError::Lagged(_)) => {
                // What was missed may have been a cancel.
                if let Err(error) = worker.heartbeat().await {
                    tracing::warn!(%error, "leases cannot be renewed");
                }
                wake.maintain();
            }
            Err(RecvError::Closed) => return,
        }
    }
}
