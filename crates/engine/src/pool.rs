//! What runs here, and how each run is told to stop.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use syncline_domain::SyncId;
use syncline_store::runs::{ClaimedSync, Fence};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// The runs of one worker.
#[derive(Debug, Default)]
pub(crate) struct Pool {
    /// In order, so that a simulation does the same again.
    runs: Mutex<BTreeMap<SyncId, Arc<Control>>>,
    /// Asks every run, and those that come, to give its sync back.
    release: CancellationToken,
}

/// The strings by which one run is held.
#[derive(Debug)]
pub(crate) struct Control {
    fence: Fence,
    is_asked_for: bool,
    /// When the lease was last known to be ours: the moment before it was asked for.
    renewed: Mutex<Instant>,
    lost: CancellationToken,
    release: CancellationToken,
}

/// A place in the pool, free again on drop.
#[derive(Debug)]
pub(crate) struct Place {
    pool: Arc<Pool>,
    control: Arc<Control>,
}

/// Why a run stops before its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    /// The sync is not ours any more: write nothing.
    Lost,
    /// Give it back at a page boundary.
    Release,
}

impl Pool {
    /// Takes a place for a claimed sync. `asked` is the moment before the claim.
    pub(crate) fn enter(self: &Arc<Self>, sync: ClaimedSync, asked: Instant) -> Place {
        let ClaimedSync {
            fence,
            is_asked_for,
        } = sync;
        let control = Arc::new(Control {
            fence,
            is_asked_for,
            renewed: Mutex::new(asked),
            lost: CancellationToken::new(),
            release: self.release.child_token(),
        });
        // A run of an older attempt of the same sync is over, whether it knows it or not.
        if let Some(older) = lock(&self.runs).insert(fence.sync_id, Arc::clone(&control)) {
            older.lost.cancel();
        }
        Place {
            pool: Arc::clone(self),
            control,
        }
    }

    pub(crate) fn len(&self) -> usize {
        lock(&self.runs).len()
    }

    /// How many of them no caller asked for.
    pub(crate) fn scheduled(&self) -> usize {
        let runs = lock(&self.runs);
        runs.values()
            .filter(|control| !control.is_asked_for)
            .count()
    }

    pub(crate) fn fences(&self) -> Vec<Fence> {
        lock(&self.runs)
            .values()
            .map(|control| control.fence)
            .collect()
    }

    /// The leases of `fences` were renewed; `asked` is the moment before.
    pub(crate) fn renewed(&self, fences: &[Fence], asked: Instant) {
        let runs = lock(&self.runs);
        for control in fences.iter().filter_map(|fence| runs.get(&fence.sync_id)) {
            if fences.contains(&control.fence) {
                control.renewed(asked);
            }
        }
    }

    /// The run of this attempt is not ours any more.
    pub(crate) fn lose(&self, fence: Fence) {
        if let Some(control) = lock(&self.runs)
            .get(&fence.sync_id)
            .filter(|c| c.fence == fence)
        {
            control.lost.cancel();
        }
    }

    /// The sync was cancelled.
    pub(crate) fn lose_sync(&self, sync_id: SyncId) {
        if let Some(control) = lock(&self.runs).get(&sync_id) {
            control.lost.cancel();
        }
    }

    /// Stops the runs whose lease has certainly expired, and gives them.
    pub(crate) fn lose_expired(&self, lease: Duration) -> Vec<Fence> {
        let runs = lock(&self.runs);
        let expired = runs
            .values()
            .filter(|control| lock(&control.renewed).elapsed() >= lease);
        expired
            .map(|control| {
                control.lost.cancel();
                control.fence
            })
            .collect()
    }

    /// Whether all were asked to give their syncs back.
    pub(crate) fn is_released(&self) -> bool {
        self.release.is_cancelled()
    }

    /// Asks every run to give its sync back.
    pub(crate) fn release_all(&self) {
        self.release.cancel();
    }
}

impl Control {
    pub(crate) fn fence(&self) -> Fence {
        self.fence
    }

    pub(crate) fn renewed(&self, asked: Instant) {
        let mut renewed = lock(&self.renewed);
        *renewed = asked.max(*renewed);
    }

    pub(crate) fn release(&self) {
        self.release.cancel();
    }

    /// Whether it must stop here, between two pages.
    pub(crate) fn check(&self) -> Result<(), Stop> {
        if self.lost.is_cancelled() {
            Err(Stop::Lost)
        } else if self.release.is_cancelled() {
            Err(Stop::Release)
        } else {
            Ok(())
        }
    }

    /// Waits for something that may be abandoned.
    pub(crate) async fn unless_stopped<T>(&self, work: impl Future<Output = T>) -> Result<T, Stop> {
        tokio::select! {
            biased;
            () = self.lost.cancelled() => Err(Stop::Lost),
            () = self.release.cancelled() => Err(Stop::Release),
            done = work => Ok(done),
        }
    }

    /// Waits for something that a release lets finish.
    pub(crate) async fn unless_lost<T>(&self, work: impl Future<Output = T>) -> Result<T, Stop> {
        tokio::select! {
            biased;
            () = self.lost.cancelled() => Err(Stop::Lost),
            done = work => Ok(done),
        }
    }
}

impl Place {
    pub(crate) fn control(&self) -> &Arc<Control> {
        &self.control
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let fence = self.control.fence;
        let mut runs = lock(&self.pool.runs);
        if runs
            .get(&fence.sync_id)
            .is_some_and(|control| control.fence == fence)
        {
            runs.remove(&fence.sync_id);
        }
    }
}

/// A panic of another thread leaves nothing half-done behind these locks.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claimed(attempt: i32) -> ClaimedSync {
        ClaimedSync {
            fence: fence(attempt),
            is_asked_for: true,
        }
    }

    fn fence(attempt: i32) -> Fence {
        Fence {
            sync_id: SyncId::from_uuid(uuid::Uuid::from_u128(7)),
            attempt,
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_run_stops_by_itself_when_its_lease_was_not_renewed() {
        let pool = Arc::new(Pool::default());
        let lease = Duration::from_secs(60);
        let place = pool.enter(claimed(1), Instant::now());
        tokio::time::advance(Duration::from_secs(40)).await;
        let asked = Instant::now();
        tokio::time::advance(Duration::from_secs(10)).await;
        pool.renewed(&[fence(1)], asked);
        // The lease counts from the moment it was asked for.
        tokio::time::advance(Duration::from_secs(49)).await;
        assert_eq!(pool.lose_expired(lease), []);
        assert_eq!(place.control().check(), Ok(()));
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(pool.lose_expired(lease), [fence(1)]);
        assert_eq!(place.control().check(), Err(Stop::Lost));
    }

    #[tokio::test]
    async fn a_newer_attempt_stops_the_older_one_and_keeps_its_place() {
        let pool = Arc::new(Pool::default());
        let older = pool.enter(claimed(1), Instant::now());
        let newer = pool.enter(claimed(2), Instant::now());
        assert_eq!(older.control().check(), Err(Stop::Lost));
        drop(older);
        pool.lose(fence(1));
        assert_eq!(newer.control().check(), Ok(()));
        assert_eq!(pool.fences(), [fence(2)]);
    }

    #[tokio::test]
    async fn a_lost_run_is_not_given_back() {
        let pool = Arc::new(Pool::default());
        let place = pool.enter(claimed(1), Instant::now());
        pool.release_all();
        assert_eq!(place.control().check(), Err(Stop::Release));
        pool.lose_sync(fence(1).sync_id);
        assert_eq!(place.control().check(), Err(Stop::Lost));
        // Those that come later are asked too.
        drop(place);
        let later = pool.enter(claimed(2), Instant::now());
        assert_eq!(later.control().check(), Err(Stop::Release));
    }
}
