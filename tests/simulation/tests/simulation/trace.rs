//! What happened, line by line.

use std::hash::{DefaultHasher, Hash, Hasher};

use chrono::TimeDelta;

/// The lines of one simulation.
#[derive(Debug, Default)]
pub struct Trace {
    /// Each with the time since the beginning.
    pub lines: Vec<String>,
}

impl Trace {
    /// One more line.
    pub fn tell(&mut self, since: TimeDelta, line: impl FnOnce() -> String) {
        let millis = since.num_milliseconds();
        self.lines.push(format!("{millis:>7} ms  {}", line()));
    }

    /// The same for the same lines.
    pub fn hash(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.lines.hash(&mut hasher);
        hasher.finish()
    }
}
