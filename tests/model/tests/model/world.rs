//! What the database holds, and what each process believes.

use std::hash::{Hash, Hasher};

use chrono::{DateTime, Utc};
use syncline_domain::retry::Spent;
use syncline_domain::scope::Scope;
use syncline_domain::{
    AttemptNumber, ConnectionId, Lifecycle, ModelId, OrganizationId, Status, Sync, SyncId,
};
use uuid::Uuid;

/// Time stands still.
pub const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;

/// Pages that the source has. Before it and behind it are the two places where a sync can stand.
pub const PAGES: u8 = 1;

/// One state of the whole.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct World {
    /// The syncs of the model, oldest first.
    pub syncs: Vec<Row>,
    pub is_disabled: bool,
    /// Requests that may still come.
    pub requests: u8,
    pub workers: Vec<Worker>,
    pub schedulers: Vec<Scheduler>,
    /// The first rule that a step broke, if any: what cannot be told from a state alone.
    pub broken: Option<&'static str>,
}

/// A row of `syncs`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Which of two scopes it covers.
    pub is_full_refresh: bool,
    pub lifecycle: Lifecycle,
    /// Whether its lease has run out. Means something while it runs.
    pub is_expired: bool,
    /// The next page to be read.
    pub position: u8,
    /// How often each page landed.
    pub landed: [u8; PAGES as usize],
    /// Failures since the last progress, counted here and not by the domain.
    pub failures: i32,
    /// Whether somebody asked for it after it had begun to read.
    pub is_asked_too_late: bool,
}

/// What a worker believes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Worker {
    Idle,
    /// Saw it queued, and has not taken it yet.
    Saw {
        sync: usize,
    },
    /// Took it, and has not read its position yet.
    Took {
        sync: usize,
        attempt: AttemptNumber,
    },
    Reads {
        sync: usize,
        attempt: AttemptNumber,
        page: u8,
    },
}

/// What a scheduler saw, and follows up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scheduler {
    Idle,
    SawExpired { sync: usize },
    SawDue { sync: usize },
}

impl Row {
    pub fn new(is_full_refresh: bool) -> Self {
        Self {
            is_full_refresh,
            lifecycle: Lifecycle::scheduled(NOW),
            is_expired: false,
            position: 0,
            landed: [0; PAGES as usize],
            failures: 0,
            is_asked_too_late: false,
        }
    }

    /// Forgets what makes no difference any more, so that states that are alike are the same: the
    /// sum of all retries and the time of the first park (no budget of this world looks at them),
    /// and of a final sync all but its pages.
    pub fn forget(&mut self) {
        let mut parts = self.lifecycle.parts().clone();
        parts.spent.total = 0;
        parts.spent.parked_since = None;
        if parts.status.is_final() {
            parts.spent = Spent::default();
            self.failures = 0;
            self.is_expired = false;
            self.is_asked_too_late = false;
        }
        if let Ok(lifecycle) = Lifecycle::restore(parts) {
            self.lifecycle = lifecycle;
        }
    }

    pub fn status(&self) -> Status {
        self.lifecycle.status()
    }

    /// Whether a request joins it, by the domain's own rule.
    pub fn can_be_joined(&self, is_full_refresh: bool) -> bool {
        let id = Uuid::nil();
        let mut sync = Sync::new(
            SyncId::from_uuid(id),
            OrganizationId::from_uuid(id),
            ConnectionId::from_uuid(id),
            ModelId::from_uuid(id),
            None,
            scope(self.is_full_refresh),
            false,
            NOW,
        );
        sync.lifecycle = self.lifecycle.clone();
        sync.can_be_joined(&scope(is_full_refresh))
    }
}

fn scope(is_full_refresh: bool) -> Scope {
    if is_full_refresh {
        Scope::full_refresh()
    } else {
        Scope::plain()
    }
}

/// `Lifecycle` is no key of its own; all that changes of it in a world without time is hashed.
impl Hash for Row {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let parts = self.lifecycle.parts();
        parts.status.as_str().hash(state);
        parts.attempt.hash(state);
        parts.spent.consecutive.hash(state);
        self.is_full_refresh.hash(state);
        self.is_expired.hash(state);
        self.position.hash(state);
        self.landed.hash(state);
        self.failures.hash(state);
        self.is_asked_too_late.hash(state);
    }
}
