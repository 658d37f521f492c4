//! From the proven end to `complete`.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use syncline_domain::Status;
use syncline_domain::health::Health;
use syncline_store::error::StoreError;
use syncline_store::runs::{Phase, ProvenEnd};
use syncline_store::store::Lane;
use tokio::time::Instant;

use super::interrupt::Interrupt;
use super::{Account, Ended, Stage, Step, SyncRun};

/// Good news of a connection are written no more often than this.
const HEALTH_INTERVAL: TimeDelta = TimeDelta::minutes(1);

impl SyncRun {
    /// Keeps the proof of the end. `true` when there may be something to sweep.
    pub(super) async fn prove(&self, end: ProvenEnd) -> Result<bool, Interrupt> {
        let fence = self.fence();
        let guard = self.worker.options().delete_guard;
        let end = Arc::new(end);
        let mut backoff = self.backoff();
        loop {
            let same = Arc::clone(&end);
            let prove = self
                .worker
                .store()
                .write(Lane::Bulk, move |tx| tx.prove_end(fence, &same, guard));
            match prove.await {
                Err(error @ StoreError::Unavailable { .. }) => {
                    self.wait(&error, &mut backoff).await?;
                }
                done => return Ok(done?),
            }
            // The try may have had its effect though its answer was lost.
            match self.read_run().await?.phase {
                Phase::Sweep => return Ok(true),
                Phase::Read => {}
            }
        }
    }

    /// Turns one batch of unseen records into tombstones.
    pub(super) async fn sweep(&self, account: Account) -> Result<(Step, Stage), Interrupt> {
        let (fence, lease) = (self.fence(), self.worker.options().lease_delta());
        let batch = self.worker.options().sweep_batch;
        let asked = Instant::now();
        let sweep = self.write(Lane::Bulk, move |tx| tx.sweep_unseen(fence, lease, batch));
        let swept = self.place.control().unless_lost(sweep).await??;
        self.place.control().renewed(asked);
        let next = if swept.is_done {
            Stage::Complete(account)
        } else {
            Stage::Sweep(account)
        };
        Ok((
            Step::Swept {
                deleted: swept.deleted,
            },
            next,
        ))
    }

    /// Everything is there. The good news of the connection commit with it: who sees the sync
    /// complete sees them too.
    pub(super) async fn complete(&self, account: &Account) -> Result<Ended, Interrupt> {
        let fence = self.fence();
        let (id, known) = (account.connection.id, account.connection.health.clone());
        let is_complete = |status| status == Status::Complete;
        let status = self
            .end(is_complete, move |tx| {
                let now = tx.now();
                if !is_old_news(&known, now) {
                    let health = Health {
                        healthy: Some(true),
                        timestamp: Some(now),
                        ..Health::default()
                    };
                    // Before the sync: connections are locked first, as when one is deleted.
                    tx.update_connection_health(id, &health)?;
                }
                tx.complete_sync(fence)
            })
            .await?;
        Ok(Ended::Became(status))
    }
}

/// Whether it is known already, and not long ago, that a connection is well.
fn is_old_news(known: &Health, now: DateTime<Utc>) -> bool {
    known.healthy == Some(true)
        && !known.authentication_required
        && known.timestamp.is_some_and(|at| now - at < HEALTH_INTERVAL)
}
