//! Removes what deleted connections left behind, and what is too old.

use crate::worker::Worker;

const BATCH: i64 = 1000;

/// Purges now and then until it is dropped. It has a task of its own, for it waits behind pages.
pub(crate) async fn keep(worker: Worker) {
    let options = worker.options().clone();
    loop {
        tokio::time::sleep(options.jitter.spread(options.purge_interval)).await;
        loop {
            match worker.purge(BATCH).await {
                Ok(0) => break,
                Ok(purged) => tracing::debug!(purged, "rows that nobody needs are gone"),
                Err(error) => {
                    tracing::warn!(%error, "rows that nobody needs cannot be removed");
                    break;
                }
            }
        }
    }
}
