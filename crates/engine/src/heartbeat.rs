//! Keeps the leases of what runs here, stops what is not ours any more, and says that we are here.

use std::time::Duration;

use syncline_store::error::StoreError;
use syncline_store::runs::Fence;
use syncline_store::store::Lane;
use tokio::time::Instant;

use crate::backoff::Backoff;
use crate::worker::Worker;

impl Worker {
    /// Renews the leases of all its runs; those that are lost are stopped, and given.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing is known of any lease.
    pub async fn heartbeat(&self) -> Result<Vec<Fence>, StoreError> {
        let fences = self.pool().fences();
        if fences.is_empty() {
            return Ok(Vec::new());
        }
        let (worker, lease) = (self.options().worker.clone(), self.options().lease_delta());
        let asked = Instant::now();
        let (mut fences, renewal) = self
            .store()
            .write(Lane::Control, move |tx| {
                let renewal = tx.renew_leases(&worker, &fences, lease)?;
                Ok::<_, StoreError>((fences, renewal))
            })
            .await?;
        for fence in &renewal.lost {
            self.pool().lose(*fence);
        }
        fences.retain(|fence| !renewal.lost.contains(fence));
        self.pool().renewed(&fences, asked);
        Ok(renewal.lost)
    }
}

/// Renews until it is dropped. A database that does not answer is not waited for longer than to
/// the next beat, so that runs stop by themselves when their lease is over.
pub(crate) async fn keep(worker: Worker) {
    let options = worker.options().clone();
    let mut backoff = Backoff::new(options.jitter);
    let mut pause = Duration::ZERO;
    loop {
        tokio::time::sleep(pause).await;
        // The leases first: whether callers know of this worker matters less.
        let beat = async {
            let lost = worker.heartbeat().await?;
            if !worker.pool().is_released() {
                worker.announce().await?;
            }
            Ok::<_, StoreError>(lost)
        };
        pause = match tokio::time::timeout(options.heartbeat, beat).await {
            Ok(Ok(_)) => {
                backoff.reset();
                options.jitter.spread(options.heartbeat)
            }
            Ok(Err(error)) => {
                tracing::warn!(%error, "the heartbeat cannot be written");
                backoff.next().min(options.heartbeat)
            }
            Err(_) => {
                tracing::warn!("the database does not answer: leases cannot be renewed");
                backoff.next().min(options.heartbeat)
            }
        };
        for fence in worker.pool().lose_expired(options.lease) {
            tracing::warn!(
                sync = %fence.sync_id, attempt = fence.attempt,
                "stops: its lease could not be renewed in time"
            );
        }
    }
}
