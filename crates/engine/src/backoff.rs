//! Growing pauses while the database is away.

use std::time::Duration;

use crate::options::Jitter;

const FIRST: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(5);

/// The pauses between tries: each is up to twice as long as the one before.
#[derive(Debug)]
pub(crate) struct Backoff {
    edge: Duration,
    jitter: Jitter,
}

impl Backoff {
    pub(crate) fn new(jitter: Jitter) -> Self {
        Self {
            edge: FIRST,
            jitter,
        }
    }

    /// How long to wait before the next try. Never zero, so that no loop spins.
    pub(crate) fn next(&mut self) -> Duration {
        let pause = self.jitter.spread(self.edge);
        self.edge = (self.edge * 2).min(LONGEST);
        pause
    }

    /// It went well: the next pause is short again.
    pub(crate) fn reset(&mut self) {
        self.edge = FIRST;
    }
}
