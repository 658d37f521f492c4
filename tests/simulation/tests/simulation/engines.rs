//! Engines come, die, hang and stop.

use std::sync::Arc;

use chrono::TimeDelta;
use syncline_engine::{Engine, Quotas};
use syncline_store::clock::FixedClock;

use crate::setting::SKEW;
use crate::world::{Life, Process, World};

impl World {
    /// A new process with an engine. Its clock may be wrong.
    pub fn start_engine(&mut self) {
        let clock = FixedClock::at(self.now());
        if !self.setting.is_alone && self.setting.allowance.is_none() {
            let skew = SKEW.num_milliseconds();
            clock.advance(TimeDelta::milliseconds(self.dice.between(-skew, skew)));
        }
        let (number, store) = self.db.connect(clock.clone());
        let name = format!("worker-{number}");
        let options = self.setting.options(&name, &mut self.dice);
        let quotas = Quotas::new(store.clone(), options.jitter);
        let desk = self.provider.desk(number, quotas, clock.clone());
        let engine = Engine::start(store, Arc::new(desk), options);
        // It may be fated to die at its k-th answer.
        let dies_in = (!self.is_calm && self.dice.chance(300)).then(|| 1 + self.dice.below(60));
        self.tell(|| format!("engine {number} starts"));
        self.processes.push(Process {
            clock,
            life: Life::Works(engine),
            is_frozen: false,
            dies_in,
        });
    }

    /// `kill -9`. What it had sent to the database may still be done, or not.
    pub fn crash(&mut self, number: usize) {
        self.processes[number].life = Life::Dead;
        let is_forgotten = self.setting.is_alone || self.dice.chance(500);
        if is_forgotten {
            self.db.forget(number);
        } else {
            // Or much later.
            self.processes[number].is_frozen = self.dice.chance(500);
        }
        self.provider
            .with(|provider| provider.asks.retain(|ask| ask.process != number));
        self.shadow.count("crash");
        self.tell(|| format!("engine {number} dies, its calls with it: {is_forgotten}"));
    }

    /// It has got an answer, which may be its last.
    pub fn answered(&mut self, number: usize) {
        let process = &mut self.processes[number];
        let is_last = match &mut process.dies_in {
            Some(left) => {
                *left = left.saturating_sub(1);
                *left == 0
            }
            None => false,
        };
        if is_last && !self.is_calm && matches!(self.processes[number].life, Life::Works(_)) {
            self.crash(number);
        }
    }

    /// In order.
    pub fn shut_down(&mut self, number: usize) {
        let life = std::mem::replace(&mut self.processes[number].life, Life::Dead);
        self.processes[number].life = match life {
            Life::Works(engine) => Life::Stops(tokio::spawn(engine.shutdown())),
            other => other,
        };
        self.shadow.count("shutdown");
        self.tell(|| format!("engine {number} is told to stop"));
    }

    /// Those that have stopped are gone.
    pub fn bury(&mut self) {
        for process in &mut self.processes {
            if matches!(&process.life, Life::Stops(task) if task.is_finished()) {
                process.life = Life::Dead;
            }
        }
    }

    /// Whether a process still does something.
    pub fn is_alive(&self, number: usize) -> bool {
        matches!(self.processes[number].life, Life::Works(_) | Life::Stops(_))
    }

    /// As many engines as there shall be.
    pub fn may_start(&self) -> bool {
        let alive = (0..self.processes.len())
            .filter(|number| self.is_alive(*number))
            .count();
        alive < self.setting.engines
    }

    /// Its clock jumps, forth or back.
    pub fn jump(&mut self, number: usize) {
        let lease = i64::try_from(self.setting.lease.as_millis()).unwrap_or(0);
        let by = TimeDelta::milliseconds(self.dice.between(-2 * lease, 2 * lease));
        self.processes[number].clock.advance(by);
        self.shadow.count("clock jump");
        self.tell(|| format!("the clock of process {number} jumps by {by}"));
    }
}
