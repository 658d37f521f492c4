//! When the database could not be reached, and a clock that can be moved.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Time that no process is to blame for: the database was away, or its clock was wrong.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outages {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug, Default)]
struct Inner {
    ended: Vec<(Instant, Instant)>,
    open: Option<Instant>,
}

impl Outages {
    pub(crate) fn begin(&self) {
        let mut inner = self.inner.lock().expect("no panic while it is held");
        inner.open.get_or_insert_with(Instant::now);
    }

    pub(crate) fn end(&self) {
        let mut inner = self.inner.lock().expect("no panic while it is held");
        if let Some(begun) = inner.open.take() {
            inner.ended.push((begun, Instant::now()));
        }
    }

    /// How much of the time since `from` was an outage.
    pub(crate) fn since(&self, from: Instant) -> Duration {
        let inner = self.inner.lock().expect("no panic while it is held");
        let open = inner.open.map(|begun| (begun, Instant::now()));
        inner
            .ended
            .iter()
            .copied()
            .chain(open)
            .map(|(begun, ended)| ended.saturating_duration_since(begun.max(from)))
            .sum()
    }
}

/// A file that says how far the clock of the processes that read it is off.
#[derive(Debug, Clone)]
pub(crate) struct Clock {
    file: PathBuf,
}

impl Clock {
    pub(crate) fn new(directory: &Path, name: &str) -> Self {
        let clock = Self {
            file: directory.join(name),
        };
        clock.set(0);
        clock
    }

    pub(crate) fn file(&self) -> &Path {
        &self.file
    }

    /// Moves it by so many seconds from the true time, within a second or two.
    pub(crate) fn set(&self, seconds: i64) {
        // Replaced in one step: a reader never meets half a file.
        let next = self.file.with_extension("next");
        std::fs::write(&next, format!("{seconds:+}\n")).expect("a file");
        std::fs::rename(&next, &self.file).expect("a file");
    }
}

/// How libfaketime is told of the file. What waits goes on by the true time.
pub(crate) fn clock_variables(file: &Path) -> [(&'static str, String); 3] {
    [
        ("FAKETIME_TIMESTAMP_FILE", file.display().to_string()),
        ("FAKETIME_CACHE_DURATION", "1".to_owned()),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
    ]
}
