//! One seed, from its setting to the last check.

use std::cell::RefCell;
use std::collections::BTreeMap;

use chrono::TimeDelta;
use syncline_domain::ModelId;
use syncline_domain::scope::Scope;
use syncline_store::secrets::MasterKey;
use syncline_store::stepped::SteppedDatabase;
use syncline_store::store::Lane;

use crate::provider::Kind;
use crate::shadow::Broken;
use crate::trace::Trace;
use crate::world::{Account, Life, World};

/// How a simulation went.
pub struct Outcome {
    pub trace: Trace,
    pub broken: Option<Broken>,
    /// How often each kind of thing happened.
    pub counts: BTreeMap<&'static str, u64>,
}

/// Steps that everything may take to its end once nothing goes wrong.
const PATIENCE: usize = 4000;

thread_local! {
    /// A database that the next seed of this thread takes over, cleared.
    static DATABASE: RefCell<Option<SteppedDatabase>> = const { RefCell::new(None) };
}

/// Runs a seed.
pub fn simulate(seed: u64) -> Outcome {
    let db = match DATABASE.take() {
        Some(mut db) => {
            db.clear(seed).unwrap();
            db
        }
        None => {
            let key = MasterKey::parse(&"07".repeat(32)).unwrap();
            SteppedDatabase::open(seed, key).unwrap()
        }
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    let mut world = runtime.block_on(async {
        let mut world = World::new(seed, db);
        world.found();
        world.go_wrong().await;
        world.come_to_rest().await;
        world.mirror().await;
        world
    });
    // Engines die with the runtime that they live in.
    drop(std::mem::take(&mut world.processes));
    drop(runtime);
    DATABASE.set(Some(world.db));
    Outcome {
        trace: world.trace,
        broken: world.shadow.broken,
        counts: world.shadow.counts,
    }
}

impl World {
    /// Tenants, connections, models.
    fn found(&mut self) {
        let kinds = if self.setting.decides {
            [Kind::Keyset, Kind::Keyset, Kind::Numbered]
        } else {
            [Kind::Keyset, Kind::Numbered, Kind::Windows]
        };
        for organization in ["acme", "umbrella"] {
            let most = if self.setting.decides { 1 } else { 2 };
            let count = 1 + self.dice.below(most);
            let kinds: Vec<Kind> = (0..count)
                .map(|_| *self.dice.pick(&kinds).unwrap())
                .collect();
            let is_more = !self.setting.decides && self.dice.chance(600);
            if self.connections.is_empty() || is_more {
                self.connect(organization, &kinds);
            }
        }
        for account in self.connections.clone() {
            self.request_scope(&account, Scope::plain(), None);
        }
        if self.setting.goes_down {
            self.schedule_all();
        }
    }

    async fn go_wrong(&mut self) {
        for _ in 0..self.setting.events {
            if self.is_broken() {
                return;
            }
            self.step().await;
        }
    }

    /// The faults stop; what was accepted comes to its end.
    async fn come_to_rest(&mut self) {
        self.is_calm = true;
        self.provider.with(|provider| {
            if let Some(allowance) = &mut provider.allowance {
                allowance.limit = 1000;
            }
        });
        for process in &mut self.processes {
            process.is_frozen = false;
            process.dies_in = None;
        }
        for account in self.connections.clone() {
            if self.shadow.disabled.contains(&account.id) {
                self.set_disabled(&account, false);
            }
        }
        if self.setting.goes_down {
            self.see_ticks().await;
        }
        for account in self.connections.clone() {
            for model in account.models.clone() {
                self.set_schedule(&account, model, false);
            }
        }
        self.decide_all();
        self.finish_all().await;
    }

    pub async fn finish_all(&mut self) {
        for _ in 0..PATIENCE {
            let is_over = self.shadow.is_idle() && self.shadow.decided_and_open().is_empty();
            if self.is_broken() || is_over {
                return;
            }
            self.go_on().await;
        }
        let open = self.shadow.open().join("; ");
        let promise = if open.is_empty() {
            "what is decided about held deletes is done"
        } else {
            "no accepted sync is dropped"
        };
        let decided = self.shadow.decided_and_open().join("; ");
        self.shadow
            .break_promise(promise, format!("{open}{decided}"));
    }

    /// Does all that can be done now; when there is nothing, time passes.
    pub async fn go_on(&mut self) {
        self.bury();
        let is_working = !self.working().is_empty();
        if !is_working && self.may_start() {
            self.start_engine();
            return self.settle().await;
        }
        let mut is_idle = true;
        for number in 0..self.processes.len() {
            for lane in [Lane::Control, Lane::Bulk] {
                if self.db.waiting(number, lane) > 0 {
                    self.serve(number, lane);
                    is_idle = false;
                }
            }
        }
        while !self.provider.with(|provider| provider.asks.is_empty()) {
            self.answer(0);
            is_idle = false;
        }
        if is_idle {
            self.pass(TimeDelta::milliseconds(400)).await;
        } else {
            self.settle().await;
        }
    }

    /// A last sync of everything, which nothing disturbs.
    async fn mirror(&mut self) {
        self.set_clocks_right();
        self.settle().await;
        for account in self.connections.clone() {
            for model in account.models.clone() {
                self.enable_model(&account, model);
                let scope = if self.is_of(model, Kind::Windows) {
                    Scope::full_refresh()
                } else {
                    Scope::plain()
                };
                self.request_scope(&account, scope, Some(model));
            }
        }
        self.finish_all().await;
        if self.is_broken() {
            return;
        }
        let provider = self.provider.clone();
        self.shadow.check_mirror(&provider);
        if self.setting.decides {
            self.undo_in_a_pass().await;
        }
        self.decide_all();
        self.finish_all().await;
        self.undo_some();
        self.finish_all().await;
        self.shadow.check_all_records(&mut self.db);
        self.shadow.check_all_events(&mut self.db);
        for process in &mut self.processes {
            process.life = Life::Dead;
        }
    }

    pub fn is_of(&self, model: ModelId, kind: Kind) -> bool {
        self.provider.with(|provider| {
            let stream = provider.streams.get(&model);
            stream.is_some_and(|stream| stream.kind == kind)
        })
    }

    fn enable_model(&mut self, account: &Account, model: ModelId) {
        let organization = account.organization;
        let change = syncline_store::models::ModelChange {
            is_read_enabled: Some(true),
            ..Default::default()
        };
        let _ = self.call(move |tx| tx.update_model(organization, model, change));
    }
}
