//! The scripted outside system: what it holds, what it was asked, what it served.

mod allowance;
mod pages;
mod served;
mod source;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use syncline_connectors::error::SourceError;
use syncline_connectors::source::Step;
use syncline_domain::{ModelId, SyncId};
use syncline_engine::Quotas;
use syncline_store::clock::FixedClock;
use tokio::sync::oneshot;

pub use allowance::Allowance;
pub use pages::Fault;
pub use served::{EndServed, PageServed, Says};
pub use source::{Desk, Reader};

/// All accounts of all connections. Clones are the same provider.
#[derive(Clone, Default)]
pub struct Provider {
    inner: Arc<Mutex<Inner>>,
}

/// What it holds and remembers.
#[derive(Default)]
pub struct Inner {
    /// By model.
    pub streams: BTreeMap<ModelId, Stream>,
    /// Requests that wait for an answer, oldest first.
    pub asks: Vec<Ask>,
    /// Pages by their serial number, which stands in the position that they leave behind.
    pub pages: BTreeMap<u64, PageServed>,
    /// Ends, in the order of their serving.
    pub ends: Vec<EndServed>,
    /// Attempts that were refused for good.
    pub refused: BTreeSet<(SyncId, i32)>,
    /// What each sync was told that keeps its end from being exact.
    pub muddled: BTreeSet<SyncId>,
    /// Until when an attempt was told to stay away.
    pub later: BTreeMap<(SyncId, i32), DateTime<Utc>>,
    /// Serial number of the last page.
    pub serial: u64,
    /// How often an account may ask; without one, as often as it likes.
    pub allowance: Option<Allowance>,
}

/// How a stream is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Everything each time, a page goes on behind the key of the last.
    Keyset,
    /// Everything each time, in pages of numbered rows, which shift when rows come and go.
    Numbered,
    /// What changed in a range, window by window.
    Windows,
}

/// One model's rows.
pub struct Stream {
    pub kind: Kind,
    pub page_size: usize,
    /// Of the configuration of its connection.
    pub fingerprint: u32,
    pub rows: BTreeMap<String, Row>,
    /// Values are never used twice.
    pub version: u64,
}

/// One row as the provider has it.
#[derive(Clone)]
pub struct Row {
    pub value: u64,
    pub updated_at: DateTime<Utc>,
}

/// A request that waits for its answer.
pub struct Ask {
    /// Whose.
    pub process: usize,
    pub reader: Arc<Mutex<Reader>>,
    pub reply: oneshot::Sender<Result<Step, SourceError>>,
}

impl Provider {
    /// Looks or changes.
    pub fn with<T>(&self, work: impl FnOnce(&mut Inner) -> T) -> T {
        work(&mut self.inner.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What the sources of one engine are.
    pub fn desk(&self, process: usize, quotas: Quotas, clock: FixedClock) -> Desk {
        Desk::new(self.clone(), process, quotas, clock)
    }
}

impl Stream {
    /// Puts a row, with a value that was never there.
    pub fn put(&mut self, key: String, at: DateTime<Utc>) {
        self.version += 1;
        let row = Row {
            value: self.version,
            updated_at: at,
        };
        self.rows.insert(key, row);
    }
}

/// The object of a row.
pub fn json(key: &str, row: &Row) -> String {
    format!(r#"{{"id":"{key}","value":{}}}"#, row.value)
}
