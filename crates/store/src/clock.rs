//! Who tells the time of leases.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Duration, Utc};

/// The clock of a store.
#[derive(Debug, Clone)]
pub enum Clock {
    /// The database's own time (PostgreSQL), or this process's (SQLite, where it is the same).
    Database,
    /// A time that stands still until it is stepped, for tests and simulations.
    Fixed(FixedClock),
}

/// Stands still until it is stepped. Clones show the same time.
#[derive(Debug, Clone)]
pub struct FixedClock {
    micros: Arc<AtomicI64>,
}

impl FixedClock {
    /// Stands at `at`.
    pub fn at(at: DateTime<Utc>) -> Self {
        Self {
            micros: Arc::new(AtomicI64::new(at.timestamp_micros())),
        }
    }

    /// What it shows.
    pub fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.micros.load(Ordering::SeqCst)).unwrap_or_default()
    }

    /// Moves it on (or back).
    pub fn advance(&self, by: Duration) {
        self.micros
            .fetch_add(by.num_microseconds().unwrap_or(0), Ordering::SeqCst);
    }
}
