//! Removes what deleted connections left behind, and what is too old.

use syncline_store::retention::Rule;
use tokio::time::Instant;

use crate::worker::Worker;

/// Rows of deleted connections that one transaction removes at most.
const BATCH: i64 = 1000;
/// Rows that one transaction of a rule looks at: few, for a sync takes all its attempts along, and
/// pages wait meanwhile.
const STEP: i64 = 200;

/// Purges now and then until it is dropped. It has a task of its own, for it waits behind pages.
pub(crate) async fn keep(worker: Worker) {
    let options = worker.options().clone();
    let mut applied_at = None;
    loop {
        tokio::time::sleep(options.jitter.spread(options.purge_interval)).await;
        purge_deleted(&worker).await;
        let now = Instant::now();
        if applied_at.is_none_or(|at| now.duration_since(at) >= options.retention_interval) {
            applied_at = Some(now);
            apply_rules(&worker).await;
        }
    }
}

async fn purge_deleted(worker: &Worker) {
    loop {
        match worker.purge(BATCH).await {
            Ok(0) => break,
            Ok(purged) => tracing::debug!(purged, "rows of deleted connections are gone"),
            Err(error) => {
                tracing::warn!(%error, "rows of deleted connections cannot be removed");
                break;
            }
        }
    }
}

/// One rule that fails does not keep the others from their work.
async fn apply_rules(worker: &Worker) {
    for rule in Rule::ALL {
        match worker.apply_rule(rule, STEP).await {
            Ok(0) => {}
            Ok(removed) => tracing::info!(rule = rule.name(), removed, "what was too old is gone"),
            Err(error) => {
                tracing::warn!(rule = rule.name(), %error, "what is too old cannot be removed");
            }
        }
    }
}
