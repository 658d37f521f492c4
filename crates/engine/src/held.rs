//! Works off what was decided about held deletes.

use crate::worker::Worker;

/// Looks now and then until it is dropped. What a process leaves behind when it dies another one
/// goes on with: each batch keeps how far it came.
pub(crate) async fn keep(worker: Worker) {
    let options = worker.options().clone();
    loop {
        tokio::time::sleep(options.jitter.spread(options.held_interval)).await;
        loop {
            match worker.work_off_held(options.held_batch).await {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    tracing::warn!(%error, "held deletes cannot be worked off");
                    break;
                }
            }
        }
    }
}
