use std::collections::VecDeque;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{Fault, Model};

/// One request and what was answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Served {
    /// Counts requests from 1.
    pub sequence: u64,
    /// When it was answered.
    pub at: DateTime<Utc>,
    /// The HTTP method.
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// The query as it came, without `?`.
    pub query: String,
    /// The status; `None` when the connection was dropped instead.
    pub status: Option<u16>,
    /// The fault that was made to happen.
    pub fault: Option<Fault>,
    /// Whose page it was.
    pub model: Option<Model>,
    /// How many records a reader could use; 0 when the answer was an error, cut or truncated.
    pub count: usize,
    /// The id of the first of them.
    pub first_id: Option<String>,
    /// The id of the last of them.
    pub last_id: Option<String>,
    /// The id of each of them, when the demo's config asks for it; else empty.
    pub ids: Vec<String>,
}

/// The last requests, oldest first. Requests for the demo's own controls under `/_demo` are not logged.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServedLog {
    /// What is kept.
    pub entries: VecDeque<Served>,
    /// How many requests there were, forgotten ones too.
    pub requests: u64,
    /// How many records all answers held together, forgotten ones too.
    pub records: u64,
}

impl ServedLog {
    pub(crate) fn push(&mut self, mut served: Served, capacity: usize) {
        self.requests += 1;
        self.records += served.count as u64;
        served.sequence = self.requests;
        while self.entries.len() >= capacity.max(1) {
            self.entries.pop_front();
        }
        self.entries.push_back(served);
    }

    /// The log with only the entries later than this one.
    pub(crate) fn after(&self, sequence: u64) -> Self {
        let begin = self
            .entries
            .partition_point(|served| served.sequence <= sequence);
        Self {
            entries: self.entries.range(begin..).cloned().collect(),
            requests: self.requests,
            records: self.records,
        }
    }

    /// Forgets the entries; counting goes on.
    pub(crate) fn forget(&mut self) {
        self.entries.clear();
    }
}
