//! One worker's acts, each called by somebody else: an engine's tasks, a test, a simulation.

use std::sync::{Arc, Mutex, PoisonError};

use syncline_domain::fairness::Share;
use syncline_domain::{OrganizationId, Sync};
use syncline_store::error::StoreError;
use syncline_store::retention::{Place, Rule};
use syncline_store::runs::Claim;
use syncline_store::store::{Lane, Store};
use tokio::time::Instant;

use crate::options::EngineOptions;
use crate::pool::Pool;
use crate::run::SyncRun;
use crate::sources::Sources;

/// How many syncs one transaction of the scheduler moves at most.
const BATCH: i64 = 200;

/// A worker without a will of its own: it acts when it is told to. Time is the store's, so that
/// with a fixed clock nothing happens but what is stepped. Cheap to clone; clones are one worker.
#[derive(Clone)]
pub struct Worker {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    sources: Arc<dyn Sources>,
    options: EngineOptions,
    pool: Arc<Pool>,
    /// Where its round of claims stands.
    share: Mutex<Share<OrganizationId>>,
}

/// What one step of the scheduler did.
#[derive(Debug, Default)]
pub struct Tick {
    /// Whose worker had gone silent.
    pub rescued: Vec<Sync>,
    /// How many models' schedules made a sync, or joined one.
    pub scheduled: usize,
    /// How many syncs were queued.
    pub enqueued: usize,
    /// What this worker runs from now on.
    pub claimed: Vec<SyncRun>,
}

impl Worker {
    /// A worker that does nothing yet.
    pub fn new(store: Store, sources: Arc<dyn Sources>, options: EngineOptions) -> Self {
        let pool = Arc::new(Pool::default());
        Self {
            inner: Arc::new(Inner {
                store,
                sources,
                options,
                pool,
                share: Mutex::default(),
            }),
        }
    }

    /// One whole step of the scheduler: what is due is queued, what fits is claimed.
    ///
    /// # Errors
    /// [`StoreError`]; what was done before stays done.
    pub async fn tick(&self) -> Result<Tick, StoreError> {
        let mut tick = self.maintain().await?;
        tick.claimed = self.claim().await?;
        Ok(tick)
    }

    /// What the start of a server on a single-process database asks for: whatever is running was
    /// left by a dead one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn rescue_all(&self) -> Result<Vec<Sync>, StoreError> {
        self.rescue(true).await
    }

    /// Rescues, makes scheduled syncs and queues what is due, until nothing is left to do.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn maintain(&self) -> Result<Tick, StoreError> {
        let rescued = self.rescue(false).await?;
        let scheduled = self
            .in_batches(|tx| tx.create_scheduled_syncs(BATCH))
            .await?;
        let enqueued = self.in_batches(|tx| tx.enqueue_due_syncs(BATCH)).await?;
        if scheduled + enqueued > 0 {
            tracing::debug!(scheduled, enqueued, "due");
        }
        Ok(Tick {
            rescued,
            scheduled,
            enqueued,
            claimed: Vec::new(),
        })
    }

    /// Claims no more syncs than it has free slots, and keeps some of them free of scheduled ones.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn claim(&self) -> Result<Vec<SyncRun>, StoreError> {
        let free = self.free_slots();
        // Once it stops, what it gives back is for others.
        if free == 0 || self.pool().is_released() {
            return Ok(Vec::new());
        }
        let options = self.options();
        let open = options
            .slots_for_scheduled()
            .saturating_sub(self.pool().scheduled());
        let claim = Claim {
            slots_for_scheduled: count(open.min(free)),
            caps: options.caps,
            share: *self.share(),
            ..Claim::new(&*options.worker, count(free), options.lease_delta())
        };
        let asked = Instant::now();
        let claimed = self
            .store()
            .write(Lane::Control, move |tx| tx.claim_syncs(&claim))
            .await?;
        *self.share() = claimed.share;
        let runs = claimed.syncs.into_iter().map(|sync| {
            let place = self.pool().enter(sync, asked);
            SyncRun::claimed(self.clone(), place)
        });
        Ok(runs.collect())
    }

    /// Removes at most `limit` rows of deleted connections; gives how many went.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn purge(&self, limit: i64) -> Result<usize, StoreError> {
        self.store()
            .write(Lane::Bulk, move |tx| tx.purge_deleted(limit))
            .await
    }

    /// Applies a rule of retention to all that is there, in transactions of at most `limit` rows;
    /// gives how many went.
    ///
    /// # Errors
    /// [`StoreError`]; what went before is gone.
    pub async fn apply_rule(&self, rule: Rule, limit: i64) -> Result<usize, StoreError> {
        let keep = self.options().keep;
        let (mut sum, mut place) = (0, Place::default());
        loop {
            let step = self
                .store()
                .write(Lane::Bulk, move |tx| {
                    tx.apply_rule(rule, &keep, place, limit)
                })
                .await?;
            sum += step.count;
            match step.next {
                Some(next) => place = next,
                None => return Ok(sum),
            }
        }
    }

    /// One batch of at most `limit` records of what was decided about held deletes; `false`: there
    /// is nothing to do.
    ///
    /// # Errors
    /// [`StoreError`]; what was done before stays done.
    pub async fn work_off_held(&self, limit: i64) -> Result<bool, StoreError> {
        // A question first: a transaction that writes waits for pages.
        let is_due = self.store().read(|tx| tx.has_held_deletes_under_way());
        if !is_due.await? {
            return Ok(false);
        }
        let worked = self
            .store()
            .write(Lane::Bulk, move |tx| tx.work_off_held_deletes(limit))
            .await?;
        if let Some(held) = &worked {
            tracing::info!(
                held = %held.id, status = %held.status, released = held.released,
                undone = held.undone, "held deletes"
            );
        }
        Ok(worked.is_some())
    }

    /// How many more syncs it could run.
    pub fn free_slots(&self) -> usize {
        self.options().slots.saturating_sub(self.pool().len())
    }

    /// Asks all its runs, and those that come, to give their syncs back at a page boundary.
    pub fn release_all(&self) {
        self.pool().release_all();
    }

    pub(crate) fn store(&self) -> &Store {
        &self.inner.store
    }

    pub(crate) fn sources(&self) -> &dyn Sources {
        &*self.inner.sources
    }

    pub(crate) fn options(&self) -> &EngineOptions {
        &self.inner.options
    }

    pub(crate) fn pool(&self) -> &Arc<Pool> {
        &self.inner.pool
    }

    fn share(&self) -> std::sync::MutexGuard<'_, Share<OrganizationId>> {
        self.inner
            .share
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    async fn rescue(&self, all_running: bool) -> Result<Vec<Sync>, StoreError> {
        let mut rescued = Vec::new();
        loop {
            let policy = self.options().retry.clone();
            let jitter = self.options().jitter.draw();
            let batch = self
                .store()
                .write(Lane::Control, move |tx| {
                    tx.rescue_syncs(&policy, jitter, all_running, BATCH)
                })
                .await?;
            let is_last = i64::try_from(batch.len()).is_ok_and(|len| len < BATCH);
            for sync in &batch {
                let parts = sync.lifecycle.parts();
                tracing::warn!(
                    sync = %sync.id, attempt = parts.attempt, model = %sync.model_id,
                    status = %parts.status, reason = parts.error.as_deref(), "rescued"
                );
            }
            rescued.extend(batch);
            if is_last {
                return Ok(rescued);
            }
        }
    }

    /// Repeats a bounded change until one finds less than it may do.
    async fn in_batches(
        &self,
        change: fn(&mut syncline_store::tx::Tx<'_>) -> Result<usize, StoreError>,
    ) -> Result<usize, StoreError> {
        let mut sum = 0;
        loop {
            let done = self.store().write(Lane::Control, change).await?;
            sum += done;
            if i64::try_from(done).is_ok_and(|done| done < BATCH) {
                return Ok(sum);
            }
        }
    }
}

fn count(slots: usize) -> i64 {
    i64::try_from(slots).unwrap_or(i64::MAX)
}

impl std::fmt::Debug for Worker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Worker")
            .field("options", self.options())
            .finish_non_exhaustive()
    }
}
