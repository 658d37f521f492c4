//! Whether a connection has a request under way, and since when it has none.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Shared by a connection and its requests.
pub struct Pace {
    patience: Duration,
    state: Mutex<State>,
}

struct State {
    running: usize,
    /// When the connection began, a request ended, or a part of an answer went out.
    since: Instant,
}

/// A request under way.
pub struct Running(Arc<Pace>);

impl Pace {
    /// A new connection, which gets so long for the head of each request.
    pub fn new(patience: Duration) -> Self {
        Self {
            patience,
            state: Mutex::new(State {
                running: 0,
                since: Instant::now(),
            }),
        }
    }

    /// A request has come; it ends when what this gives is dropped.
    pub fn begin(self: &Arc<Self>) -> Running {
        self.lock().running += 1;
        Running(Arc::clone(self))
    }

    /// By when the next request must have come; none while one is under way.
    pub fn deadline(&self) -> Option<Instant> {
        let state = self.lock();
        (state.running == 0).then(|| state.since + self.patience)
    }

    /// Something went out.
    pub fn touch(&self) {
        self.lock().since = Instant::now();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.running = state.running.saturating_sub(1);
        state.since = Instant::now();
    }
}
