//! How an engine works.

use std::time::Duration;

use chrono::TimeDelta;
use syncline_domain::retry::RetryPolicy;
use syncline_store::retention::Keep;
use syncline_store::runs::{Caps, DeleteGuard};

/// Settings of one engine.
#[derive(Debug, Clone)]
pub struct EngineOptions {
    /// What its attempts call it. Two processes, or two lives of one, should differ.
    pub worker: String,
    /// How many syncs it runs at once.
    pub slots: usize,
    /// The percentage of the slots that is kept for syncs that callers ask for: scheduled ones
    /// never take these. Rounded down, and at least one slot is open to all.
    pub one_off_percent: u8,
    /// How long a sync stays with a worker that is silent.
    pub lease: Duration,
    /// How often leases are renewed; less than half of the lease.
    pub heartbeat: Duration,
    /// How often it looks for work that nobody told it of. `None`: a second where several
    /// processes share the database, five where there is only this one.
    pub poll: Option<Duration>,
    /// When failed attempts are tried again.
    pub retry: RetryPolicy,
    /// How many syncs of one kind run at once, over all workers.
    pub caps: Caps,
    /// Above it, deletions are held.
    pub delete_guard: DeleteGuard,
    /// How many pages are read ahead of the one that is being committed; at least one.
    pub prefetch: usize,
    /// How many records one step of a sweep turns into tombstones.
    pub sweep_batch: i64,
    /// How often the rows of deleted connections are looked for.
    pub purge_interval: Duration,
    /// How often what is too old is looked for.
    pub retention_interval: Duration,
    /// How often decisions about held deletes are looked for.
    pub held_interval: Duration,
    /// How many records one transaction deletes, or brings back, after such a decision.
    pub held_batch: i64,
    /// How long what is over is kept.
    pub keep: Keep,
    /// How long a shutdown waits for what runs to come to a page boundary.
    pub shutdown_timeout: Duration,
    /// No other engine works on the same single-process database: what is running when this one
    /// starts was left by a dead one, and is rescued at once.
    pub is_alone: bool,
    /// Where chance comes from.
    pub jitter: Jitter,
}

impl Default for EngineOptions {
    fn default() -> Self {
        let lease = Duration::from_secs(60);
        Self {
            worker: format!(
                "worker-{}-{:08x}",
                std::process::id(),
                rand::random::<u32>()
            ),
            slots: 8,
            one_off_percent: 25,
            lease,
            heartbeat: lease / 4,
            poll: None,
            retry: RetryPolicy::default(),
            caps: Caps::default(),
            delete_guard: DeleteGuard::default(),
            prefetch: 1,
            sweep_batch: 1000,
            purge_interval: Duration::from_secs(60),
            retention_interval: Duration::from_secs(600),
            held_interval: Duration::from_secs(2),
            held_batch: 1000,
            keep: Keep::default(),
            shutdown_timeout: Duration::from_secs(20),
            is_alone: true,
            jitter: Jitter::Random,
        }
    }
}

impl EngineOptions {
    /// How many of the slots scheduled syncs may take.
    pub fn slots_for_scheduled(&self) -> usize {
        let kept = self.slots * usize::from(self.one_off_percent.min(100)) / 100;
        (self.slots - kept).max(self.slots.min(1))
    }

    /// The lease as the store takes it.
    pub(crate) fn lease_delta(&self) -> TimeDelta {
        TimeDelta::from_std(self.lease).unwrap_or(TimeDelta::MAX)
    }
}

/// Where chance comes from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Jitter {
    /// The operating system.
    Random,
    /// Always the same value of `[0, 1]`, for tests.
    Fixed(f64),
}

impl Jitter {
    /// A value of `[0, 1]`.
    pub fn draw(self) -> f64 {
        match self {
            Jitter::Random => rand::random::<f64>(),
            Jitter::Fixed(value) => value,
        }
    }

    /// A duration between three quarters and five quarters of `around`, so that many processes
    /// do not step in time.
    pub(crate) fn spread(self, around: Duration) -> Duration {
        around.mul_f64(0.75 + 0.5 * self.draw().clamp(0.0, 1.0))
    }
}
