//! The engine: a worker with tasks that keep it going.

use std::sync::Arc;
use std::time::Duration;

use syncline_store::store::Store;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use crate::listener::{self, Wake};
use crate::options::EngineOptions;
use crate::sources::Sources;
use crate::worker::Worker;
use crate::{heartbeat, held, retention, scheduler};

/// What a run may still need after it was told to stop, for its last write.
const GRACE: Duration = Duration::from_millis(500);

/// An engine at work. Dropping it stops everything on the spot, like a crash: what ran is rescued
/// later. [`shutdown`](Engine::shutdown) gives it back instead.
#[derive(Debug)]
pub struct Engine {
    worker: Worker,
    wake: Arc<Wake>,
    stop: CancellationToken,
    scheduler: AbortOnDropHandle<()>,
    _helpers: [AbortOnDropHandle<()>; 4],
}

impl Engine {
    /// Starts to work, in tasks of the current tokio runtime. The store must be migrated.
    ///
    /// While the database is away the engine waits for it; nothing needs to be started again.
    pub fn start(store: Store, sources: Arc<dyn Sources>, options: EngineOptions) -> Self {
        // Before the first look at the store, so that no change falls between the two.
        let changes = store.subscribe();
        let worker = Worker::new(store, sources, options);
        let wake = Arc::new(Wake::default());
        let stop = CancellationToken::new();
        tracing::info!(
            worker = worker.options().worker,
            slots = worker.options().slots,
            "the engine starts"
        );
        let helpers = [
            tokio::spawn(listener::listen(changes, worker.clone(), Arc::clone(&wake))),
            tokio::spawn(heartbeat::keep(worker.clone())),
            tokio::spawn(retention::keep(worker.clone())),
            tokio::spawn(held::keep(worker.clone())),
        ];
        let scheduler = tokio::spawn(scheduler::keep(
            worker.clone(),
            Arc::clone(&wake),
            stop.clone(),
        ));
        Self {
            worker,
            wake,
            stop,
            scheduler: AbortOnDropHandle::new(scheduler),
            _helpers: helpers.map(AbortOnDropHandle::new),
        }
    }

    /// Looks for work at once instead of at the next poll.
    pub fn wake(&self) {
        self.wake.maintain();
    }

    /// How many syncs run here.
    pub fn running(&self) -> usize {
        self.worker.pool().len()
    }

    /// Claims nothing more, lets each run finish or abandon its page, and gives the syncs back:
    /// they are queued again and have lost no budget. Waits at most as long as the options say;
    /// what has not stopped by then is left to be rescued.
    pub async fn shutdown(self) {
        self.stop.cancel();
        self.worker.release_all();
        let patience = self.worker.options().shutdown_timeout + GRACE;
        match tokio::time::timeout(patience, self.scheduler).await {
            Ok(_) => tracing::info!("the engine has stopped"),
            Err(_) => tracing::warn!(
                running = self.worker.pool().len(),
                "the engine stops before all its runs did: they will be rescued"
            ),
        }
    }
}
