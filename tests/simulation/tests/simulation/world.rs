//! One simulation: the database, its processes, the provider, and what must be true of them.

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use syncline_domain::{ConnectionId, ModelId, OrganizationId};
use syncline_engine::Engine;
use syncline_store::clock::FixedClock;
use syncline_store::stepped::{SteppedDatabase, Turn};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::dice::Dice;
use crate::provider::{Allowance, Provider};
use crate::setting::Setting;
use crate::shadow::Shadow;
use crate::trace::Trace;

/// Whoever calls the API is process 0.
pub const CALLERS: usize = 0;

/// Everything of one seed.
pub struct World {
    pub setting: Setting,
    pub dice: Dice,
    pub db: SteppedDatabase,
    pub provider: Provider,
    pub shadow: Shadow,
    pub trace: Trace,
    pub processes: Vec<Process>,
    pub connections: Vec<Account>,
    /// Faults are over.
    pub is_calm: bool,
    /// The provider is sure of no end, calm or not.
    pub doubts: bool,
    began: DateTime<Utc>,
    last: Instant,
    clock: FixedClock,
}

/// A process, alive or dead.
pub struct Process {
    pub clock: FixedClock,
    pub life: Life,
    /// Its calls and requests are not answered before.
    pub is_frozen: bool,
    /// Answers that it will still get before it dies.
    pub dies_in: Option<usize>,
}

/// What a process is.
pub enum Life {
    /// It has no engine.
    Callers,
    Works(Engine),
    Stops(JoinHandle<()>),
    Dead,
}

/// A connection that callers know.
#[derive(Clone)]
pub struct Account {
    pub organization: OrganizationId,
    pub id: ConnectionId,
    pub models: Vec<ModelId>,
}

impl World {
    /// A world without engines.
    pub fn new(seed: u64, mut db: SteppedDatabase) -> Self {
        let mut dice = Dice::new(seed);
        let setting = Setting::draw(&mut dice);
        let began = Utc.with_ymd_and_hms(2026, 1, 1, 12, 0, 0).unwrap();
        let clock = FixedClock::at(began);
        let callers = FixedClock::at(began);
        let (_, _store) = db.connect(callers.clone());
        let shadow = Shadow::new(&setting);
        let provider = Provider::default();
        provider.with(|provider| {
            provider.allowance = setting
                .allowance
                .map(|(limit, window)| Allowance::new(limit, window, setting.is_alone));
        });
        Self {
            setting,
            dice,
            db,
            provider,
            shadow,
            trace: Trace::default(),
            processes: vec![Process {
                clock: callers,
                life: Life::Callers,
                is_frozen: false,
                dies_in: None,
            }],
            connections: Vec::new(),
            is_calm: false,
            doubts: false,
            began,
            last: Instant::now(),
            clock,
        }
    }

    /// Lets everybody run until all wait: for the simulation, or for time to pass.
    pub async fn settle(&mut self) {
        self.pass(TimeDelta::milliseconds(1)).await;
        self.look_at_allowance();
    }

    fn look_at_allowance(&mut self) {
        let (held, exceeded) = self.provider.with(|provider| {
            let allowance = provider.allowance.as_mut();
            allowance.map_or((0, None), |allowance| {
                (
                    std::mem::take(&mut allowance.held),
                    allowance.exceeded.take(),
                )
            })
        });
        for _ in 0..held {
            self.shadow.count("quota used up");
        }
        if let Some(detail) = exceeded {
            self.shadow
                .break_promise("a quota that is known is kept", detail);
        }
    }

    /// Time passes, for everybody the same.
    pub async fn pass(&mut self, time: TimeDelta) {
        tokio::time::sleep(time.to_std().unwrap()).await;
        let now = Instant::now();
        let passed = TimeDelta::from_std(now - self.last).unwrap();
        self.last = now;
        self.clock.advance(passed);
        for process in &self.processes {
            process.clock.advance(passed);
        }
    }

    /// The right time, whatever a process thinks.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// A line of the trace.
    pub fn tell(&mut self, line: impl FnOnce() -> String) {
        let since = self.now() - self.began;
        self.trace.tell(since, line);
    }

    /// What a turn of a process left behind is told to those who hear it, and looked at.
    pub fn after(&mut self, process: usize, turn: Turn, lost: bool, is_bulk: bool) {
        for change in turn.changes.iter().filter(|_| !lost) {
            let hears_others = self.setting.hears_others || self.setting.is_alone;
            for hearer in 0..self.processes.len() {
                let is_engine = !matches!(self.processes[hearer].life, Life::Callers | Life::Dead);
                if is_engine && (hearer == process || hears_others) {
                    let times = if self.dice.chance(50) { 2 } else { 1 };
                    for _ in 0..times {
                        self.db.publish(hearer, *change);
                    }
                }
            }
        }
        // What nobody is told of, such as a heartbeat, is looked at now and then.
        let is_full = self.dice.chance(50);
        let now = self.processes[process].clock.now();
        let is_callers = process == CALLERS;
        let is_tick = !is_bulk && (is_callers || self.shadow.has_tick(now));
        let is_news = is_bulk || is_tick || !turn.changes.is_empty();
        if turn.is_committed && (is_news || is_full) {
            let changes = turn.changes.iter();
            let mut changed: Vec<_> = changes
                .map(|change| (change.organization_id, change.sync_id))
                .collect();
            changed.sort();
            changed.dedup();
            let moment = crate::shadow::Moment {
                now,
                is_callers,
                is_alone: turn.calls == 1 && is_news,
                is_bulk,
                is_full,
                changed,
            };
            self.shadow.observe(&mut self.db, &self.provider, moment);
        }
    }

    /// Processes with an engine at work, by number.
    pub fn working(&self) -> Vec<usize> {
        let works = |process: &Process| matches!(process.life, Life::Works(_));
        (0..self.processes.len())
            .filter(|number| works(&self.processes[*number]))
            .collect()
    }

    /// No clock is behind the right time any more.
    pub fn set_clocks_right(&mut self) {
        let now = self.now();
        for process in &self.processes {
            let behind = now - process.clock.now();
            process.clock.advance(behind.max(TimeDelta::zero()));
        }
    }

    /// Whether the simulation has seen a promise broken.
    pub fn is_broken(&self) -> bool {
        self.shadow.broken.is_some()
    }
}
