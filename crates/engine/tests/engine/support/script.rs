//! What the scripted provider holds, what it does wrong, and what it was asked.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex};

use chrono::{DateTime, Utc};
use tokio::sync::Semaphore;

/// A provider of one or more streams, all with the same rows. Clones are the same provider.
#[derive(Clone)]
pub struct Script {
    pub(super) state: Arc<Mutex<State>>,
}

pub(super) struct State {
    pub(super) rows: BTreeMap<String, Row>,
    pub(super) page_size: usize,
    pub(super) mode: Mode,
    pub(super) fingerprint: String,
    pub(super) manifest_hash: String,
    pub(super) doubt: Option<String>,
    pub(super) faults: HashMap<usize, VecDeque<Fault>>,
    pub(super) log: Vec<String>,
    pub(super) pages_asked: usize,
}

pub(super) struct Row {
    pub(super) json: String,
    pub(super) updated_at: DateTime<Utc>,
}

/// How the streams are read.
#[derive(Clone, Copy, PartialEq)]
pub enum Mode {
    /// Everything, each time.
    FullPass,
    /// What was updated in the range.
    Incremental,
}

/// What happens once when a page is asked for.
#[derive(Clone)]
pub enum Fault {
    Transient,
    Later(Option<DateTime<Utc>>),
    Unauthorized,
    Refused,
    Panic,
    PanicInPlan,
    /// Waits before it answers.
    Gate(Gate),
}

/// Closed until it is opened. Tells when somebody stands before it.
#[derive(Clone)]
pub struct Gate {
    pub(super) reached: Arc<Semaphore>,
    pub(super) open: Arc<Semaphore>,
}

impl Gate {
    pub fn closed() -> Self {
        Self {
            reached: Arc::new(Semaphore::new(0)),
            open: Arc::new(Semaphore::new(0)),
        }
    }

    /// Waits until a request stands before it.
    pub async fn reached(&self) {
        self.reached.acquire().await.unwrap().forget();
    }

    pub fn open(&self) {
        self.open.add_permits(1);
    }

    pub(super) async fn pass(&self) {
        self.reached.add_permits(1);
        self.open.acquire().await.unwrap().forget();
    }
}

impl Script {
    pub fn new(mode: Mode) -> Self {
        Self {
            state: Arc::new(Mutex::new(State {
                rows: BTreeMap::new(),
                page_size: 2,
                mode,
                fingerprint: "f1".to_owned(),
                manifest_hash: "m1".to_owned(),
                doubt: None,
                faults: HashMap::new(),
                log: Vec::new(),
                pages_asked: 0,
            })),
        }
    }

    /// Puts rows `key=value`, updated at `at`.
    pub fn put(&self, at: DateTime<Utc>, rows: &[&str]) {
        for row in rows {
            let (key, value) = row.split_once('=').unwrap();
            let json = format!(r#"{{"id":"{key}","value":"{value}"}}"#);
            self.with(|s| {
                s.rows.insert(
                    key.to_owned(),
                    Row {
                        json,
                        updated_at: at,
                    },
                )
            });
        }
    }

    pub fn remove(&self, keys: &[&str]) {
        self.with(|s| s.rows.retain(|key, _| !keys.contains(&key.as_str())));
    }

    /// The next time that page `page` (the first is 0) is asked for, this happens. Several
    /// faults of one page happen one after the other, an attempt each.
    pub fn fault(&self, page: usize, fault: Fault) {
        self.with(|s| s.faults.entry(page).or_default().push_back(fault));
    }

    pub fn set_fingerprint(&self, fingerprint: &str) {
        self.with(|s| s.fingerprint = fingerprint.to_owned());
    }

    pub fn set_manifest(&self, hash: &str) {
        self.with(|s| s.manifest_hash = hash.to_owned());
    }

    pub fn set_doubt(&self, reason: Option<&str>) {
        self.with(|s| s.doubt = reason.map(str::to_owned));
    }

    /// What was asked since the last call.
    pub fn take_log(&self) -> String {
        self.with(|s| std::mem::take(&mut s.log)).join("\n")
    }

    pub fn pages_asked(&self) -> usize {
        self.with(|s| s.pages_asked)
    }

    /// Key and JSON of every row.
    pub fn rows(&self) -> Vec<(String, String)> {
        self.with(|s| {
            s.rows
                .iter()
                .map(|(key, row)| (key.clone(), row.json.clone()))
                .collect()
        })
    }

    pub(super) fn with<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        // A scripted panic must not poison what the test looks at afterwards.
        let mut state = self
            .state
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        work(&mut state)
    }
}
