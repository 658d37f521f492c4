//! What must be true: the promises of the engine, worked out once more from what the provider
//! served, and compared with the store after each commit.

mod ends;
mod events;
mod held;
mod moves;
mod observe;
mod pages;
mod schedules;
mod settled;
mod states;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value};
use syncline_domain::retry::RetryPolicy;
use syncline_domain::scope::Scope;
use syncline_domain::state::Progress;
use syncline_domain::{
    BatchId, ConnectionId, HeldDeletesId, ModelId, OrganizationId, Status, Sync, SyncId,
};
use syncline_store::runs::{Caps, DeleteGuard};
use syncline_store::syncs::BatchMember;

use crate::setting::Setting;

pub use held::Held;
pub use observe::Moment;
pub use schedules::Ticks;

/// What is known of the world, and the first promise that was broken.
pub struct Shadow {
    pub broken: Option<Broken>,
    /// How often each kind of thing happened.
    pub counts: BTreeMap<&'static str, u64>,
    pub disabled: BTreeSet<ConnectionId>,
    pub batches: Vec<(OrganizationId, BatchId)>,
    models: BTreeMap<ModelId, Model>,
    syncs: BTreeMap<SyncId, Known>,
    readers: BTreeMap<OrganizationId, events::Reader>,
    holds: BTreeMap<HeldDeletesId, held::Hold>,
    ticks: BTreeMap<ModelId, Ticks>,
    muddled: BTreeSet<SyncId>,
    retry: RetryPolicy,
    caps: Caps,
    guard: DeleteGuard,
    lease: TimeDelta,
    /// Whether the provider counts requests, and all clocks are right.
    has_quotas: bool,
    /// Whether an attempt that was rescued can be told to have been silent.
    knows_silence: bool,
}

/// A promise that does not hold.
#[derive(Debug, Clone)]
pub struct Broken {
    pub promise: &'static str,
    pub detail: String,
}

/// A model as it should be.
struct Model {
    organization: OrganizationId,
    connection: ConnectionId,
    /// The last number of the feed.
    number: i64,
    records: BTreeMap<String, Row>,
    states: States,
    suspects: BTreeSet<String>,
    /// Whether they are known for certain.
    suspects_known: bool,
    is_synced: bool,
}

/// By partition: fingerprint and state.
type States = BTreeMap<String, (String, Map<String, Value>)>;

#[derive(Debug, Clone, PartialEq)]
struct Row {
    data: String,
    is_deleted: bool,
}

/// A sync as it was seen last, and what was counted of it.
struct Known {
    sync: Sync,
    consecutive: i32,
    total: i32,
    furthest: Progress,
    parked_since: Option<DateTime<Utc>>,
    /// When its lease was last certainly renewed, by the clock of who did.
    renewed: DateTime<Utc>,
    seen: BTreeSet<String>,
    swept: BTreeSet<String>,
    staged: States,
    pages: i64,
    added: i64,
    changed: i64,
    unchanged: i64,
    /// A page that brings it no further may be committed, and counted, twice.
    has_repeated: bool,
    /// What its deletions may be, once the end was served.
    verdict: Option<ends::Verdict>,
    /// Whether its model had been synced when it first started.
    is_initial: Option<bool>,
}

impl Shadow {
    pub fn new(setting: &Setting) -> Self {
        Self {
            broken: None,
            counts: BTreeMap::new(),
            disabled: BTreeSet::new(),
            batches: Vec::new(),
            models: BTreeMap::new(),
            syncs: BTreeMap::new(),
            readers: BTreeMap::new(),
            holds: BTreeMap::new(),
            ticks: BTreeMap::new(),
            muddled: BTreeSet::new(),
            retry: setting.retry.clone(),
            caps: setting.caps,
            guard: setting.guard,
            lease: TimeDelta::from_std(setting.lease).unwrap(),
            has_quotas: setting.allowance.is_some(),
            knows_silence: !setting.is_alone && !setting.clocks_jump,
        }
    }

    /// The first promise that does not hold is the one that counts.
    pub fn break_promise(&mut self, promise: &'static str, detail: String) {
        if self.broken.is_none() {
            self.broken = Some(Broken { promise, detail });
        }
    }

    fn check(&mut self, is_true: bool, promise: &'static str, detail: impl FnOnce() -> String) {
        if !is_true {
            self.break_promise(promise, detail());
        }
    }

    /// One more of a kind.
    pub fn count(&mut self, what: &'static str) {
        *self.counts.entry(what).or_default() += 1;
    }

    pub fn add_model(
        &mut self,
        id: ModelId,
        organization: OrganizationId,
        connection: ConnectionId,
    ) {
        let model = Model {
            organization,
            connection,
            number: 0,
            records: BTreeMap::new(),
            states: States::new(),
            suspects: BTreeSet::new(),
            suspects_known: true,
            is_synced: false,
        };
        self.models.insert(id, model);
    }

    /// All syncs, as they were seen last.
    pub fn syncs(&self) -> impl Iterator<Item = &Sync> + Clone {
        self.syncs.values().map(|known| &known.sync)
    }

    /// Status and attempt of all syncs.
    pub fn statuses(&self) -> BTreeMap<SyncId, (Status, i32)> {
        let all = self.syncs();
        all.map(|sync| (sync.id, (sync.lifecycle.status(), sync.lifecycle.attempt())))
            .collect()
    }

    /// Whether all syncs are final.
    pub fn is_idle(&self) -> bool {
        self.syncs().all(|sync| sync.lifecycle.status().is_final())
    }

    /// Whether a sync of this model has its turn.
    pub fn has_turn(&self, model: ModelId) -> bool {
        self.syncs()
            .any(|sync| sync.model_id == model && sync.lifecycle.status().holds_turn())
    }

    pub fn set_disabled(&mut self, id: ConnectionId, disabled: bool) {
        self.count(if disabled { "disable" } else { "enable" });
        if disabled {
            self.disabled.insert(id);
        } else {
            self.disabled.remove(&id);
        }
    }

    /// What was seen of its live syncs is not comparable with what comes.
    pub fn muddle(&mut self, id: ConnectionId) {
        self.count("reconfigure");
        let live = self.syncs.values().map(|known| &known.sync);
        let live = live.filter(|sync| sync.connection_id == id);
        let live: Vec<SyncId> = live
            .filter(|sync| !sync.lifecycle.status().is_final())
            .map(|sync| sync.id)
            .collect();
        self.muddled.extend(live);
    }

    /// It is deleted: nothing of it is found from now on.
    pub fn forget_connection(&mut self, id: ConnectionId) {
        self.syncs.retain(|_, known| known.sync.connection_id != id);
        self.models.retain(|_, model| model.connection != id);
        self.forget_holds(id);
        let models = &self.models;
        self.ticks.retain(|model, _| models.contains_key(model));
        self.batches.clear();
    }

    /// A request joins what waits, never what has started.
    pub fn check_join(
        &mut self,
        member: &BatchMember,
        before: Option<&(Status, i32)>,
        scope: &Scope,
    ) {
        self.count(if member.is_joined { "join" } else { "request" });
        let is_right = match before {
            Some((Status::Scheduled, _)) | Some((Status::Queued, 0)) => member.is_joined,
            None => !member.is_joined,
            Some(_) => false,
        };
        let is_same = member.sync.scope == *scope;
        self.check(
            is_right && is_same,
            "a request joins what has not started",
            || {
                format!(
                    "{} was {before:?}: joined {}",
                    member.sync.id, member.is_joined
                )
            },
        );
    }
}
