//! The loop that keeps a worker busy.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use syncline_store::bug::{self, Bug};
use syncline_store::error::StoreError;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::backoff::Backoff;
use crate::listener::Wake;
use crate::run::SyncRun;
use crate::worker::Worker;

/// The shortest pause between two looks at what is due.
const BREATH: Duration = Duration::from_millis(10);

/// Claims and runs syncs until `stop`; then waits for what runs.
pub(crate) async fn keep(worker: Worker, wake: Arc<Wake>, stop: CancellationToken) {
    let mut runs = JoinSet::new();
    if stop
        .run_until_cancelled(rescue_at_start(&worker))
        .await
        .is_some()
    {
        schedule(&worker, &wake, &stop, &mut runs).await;
    }
    worker.release_all();
    while runs.join_next().await.is_some() {}
    if let Err(error) = worker.withdraw().await {
        tracing::warn!(%error, "callers are not told that this worker has stopped");
    }
}

async fn rescue_at_start(worker: &Worker) {
    let is_alone = worker.options().is_alone || bug::is_on(Bug::RescueAtEveryStart);
    if !(is_alone && worker.store().is_single_process()) {
        return;
    }
    let mut backoff = Backoff::new(worker.options().jitter);
    while let Err(error) = worker.rescue_all().await {
        tracing::warn!(%error, "what was left running cannot be rescued yet");
        tokio::time::sleep(backoff.next()).await;
    }
}

/// A stop is heeded between two steps only: a claim that is abandoned half-way would leave syncs
/// running that nobody runs.
async fn schedule(
    worker: &Worker,
    wake: &Arc<Wake>,
    stop: &CancellationToken,
    runs: &mut JoinSet<()>,
) {
    let mut backoff = Backoff::new(worker.options().jitter);
    let mut is_due = true;
    let mut look_again = Instant::now();
    while !stop.is_cancelled() {
        let step = async {
            if is_due {
                look_again = Instant::now() + maintain(worker).await?;
            }
            worker.claim().await
        };
        match step.await {
            Ok(claimed) => {
                backoff.reset();
                for run in claimed {
                    runs.spawn(run_and_wake(run, Arc::clone(wake)));
                }
            }
            Err(error) => {
                tracing::warn!(%error, "the scheduler cannot reach the store");
                look_again = Instant::now() + backoff.next();
                stop.run_until_cancelled(tokio::time::sleep_until(look_again))
                    .await;
            }
        }
        // Forget the runs that are over.
        while runs.try_join_next().is_some() {}
        is_due = tokio::select! {
            biased;
            () = stop.cancelled() => return,
            is_due = wake.called() => is_due || Instant::now() >= look_again,
            () = tokio::time::sleep_until(look_again) => true,
        };
    }
}

/// Does what is due, and says how long nothing will be.
async fn maintain(worker: &Worker) -> Result<Duration, StoreError> {
    let options = worker.options();
    let alone = if worker.store().is_single_process() {
        5
    } else {
        1
    };
    let poll = options
        .jitter
        .spread(options.poll.unwrap_or(Duration::from_secs(alone)));
    let before = now(worker).await?;
    worker.maintain().await?;
    let (now, next) = worker
        .store()
        .read(|tx| Ok::<_, StoreError>((tx.now(), tx.next_due_at()?)))
        .await?;
    Ok(match next {
        // What was due before and still is waits for something else, which will call.
        Some(next) if next > before => (next - now)
            .to_std()
            .unwrap_or_default()
            .clamp(BREATH, poll.max(BREATH)),
        Some(_) | None => poll,
    })
}

async fn now(worker: &Worker) -> Result<DateTime<Utc>, StoreError> {
    worker.store().read(|tx| Ok(tx.now())).await
}

/// Runs a sync, and frees its slot whatever comes.
async fn run_and_wake(run: SyncRun, wake: Arc<Wake>) {
    run.finish().await;
    wake.claim();
}
