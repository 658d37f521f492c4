//! What happens next is for the dice.

use chrono::TimeDelta;
use syncline_domain::held::HeldStatus;
use syncline_store::stepped::Answer;
use syncline_store::store::Lane;

use crate::provider::Fault;
use crate::world::{Life, World};

/// One thing that may happen.
#[derive(Debug, Clone, Copy)]
enum Event {
    Serve(usize, Lane),
    Answer(usize),
    Act,
    Decide,
    GoDown,
    Change,
    Wait,
    WaitLong,
    Start,
    Crash(usize),
    Stop(usize),
    Freeze(usize),
    Thaw(usize),
    Jump(usize),
    Wake(usize),
}

impl World {
    /// One event.
    pub async fn step(&mut self) {
        let events = self.possible();
        let Some(event) = self.dice.weighed(&events) else {
            return;
        };
        match event {
            Event::Serve(number, lane) => self.serve(number, lane),
            Event::Answer(index) => self.answer(index),
            Event::Act => self.act(),
            Event::Decide => self.decide(),
            Event::GoDown => self.go_down().await,
            Event::Change => self.change_rows(),
            Event::Wait => {
                let time = self.dice.between(5, 1500);
                self.pass(TimeDelta::milliseconds(time)).await;
            }
            Event::WaitLong => {
                let time = self.dice.between(3000, 20_000);
                self.tell(|| format!("{time} ms pass"));
                self.pass(TimeDelta::milliseconds(time)).await;
            }
            Event::Start => self.start_engine(),
            Event::Crash(number) => self.crash(number),
            Event::Stop(number) => self.shut_down(number),
            Event::Freeze(number) => {
                self.processes[number].is_frozen = true;
                self.shadow.count("freeze");
                self.tell(|| format!("engine {number} hangs"));
            }
            Event::Thaw(number) => {
                self.processes[number].is_frozen = false;
                self.tell(|| format!("engine {number} goes on"));
            }
            Event::Jump(number) => self.jump(number),
            Event::Wake(number) => {
                if let Life::Works(engine) = &self.processes[number].life {
                    engine.wake();
                    engine.wake();
                }
            }
        }
        self.settle().await;
        self.bury();
    }

    fn possible(&self) -> Vec<(u32, Event)> {
        // Faults prove little while nothing runs.
        let is_idle = self.shadow.is_idle();
        let mut events = vec![
            (if is_idle { 100 } else { 12 }, Event::Act),
            (if self.setting.decides { 20 } else { 12 }, Event::Change),
            (12, Event::Wait),
            (5, Event::WaitLong),
        ];
        if self.setting.goes_down {
            events.push((4, Event::GoDown));
        }
        if self.setting.decides {
            let held = self.shadow.held();
            let urge = held.iter().map(|held| match held.status {
                HeldStatus::Held => 100,
                HeldStatus::Releasing | HeldStatus::Released => 30,
                _ => 0,
            });
            events.push((urge.max().unwrap_or(0), Event::Decide));
        }
        for (number, process) in self.processes.iter().enumerate() {
            if process.is_frozen {
                events.push((8, Event::Thaw(number)));
                continue;
            }
            for lane in [Lane::Control, Lane::Bulk] {
                if self.db.waiting(number, lane) > 0 {
                    events.push((120, Event::Serve(number, lane)));
                }
            }
            let is_dead = matches!(process.life, Life::Dead);
            if self.setting.clocks_jump && !is_dead {
                events.push((1, Event::Jump(number)));
            }
            if matches!(process.life, Life::Works(_)) {
                events.push((1, Event::Crash(number)));
                events.push((1, Event::Stop(number)));
                // A page that is under way and comes late is the worst that a process can do.
                let has_page = self.db.waiting(number, Lane::Bulk) > 0;
                events.push((if has_page { 12 } else { 1 }, Event::Freeze(number)));
                events.push((3, Event::Wake(number)));
            }
        }
        let asks = self.provider.with(|provider| {
            let asks = provider.asks.iter().map(|ask| ask.process);
            asks.collect::<Vec<_>>()
        });
        for (index, process) in asks.into_iter().enumerate() {
            if !self.processes[process].is_frozen {
                events.push((180, Event::Answer(index)));
            }
        }
        if self.may_start() {
            events.push((120, Event::Start));
        }
        events
    }

    /// Serves a call to the store; its answer may be lost.
    pub fn serve(&mut self, number: usize, lane: Lane) {
        let answer = if self.is_calm || !self.dice.chance(self.setting.lost_calls) {
            Answer::Given
        } else if self.dice.chance(500) {
            Answer::LostBefore
        } else {
            Answer::LostAfter
        };
        let shared = if self.dice.chance(800) { 1 } else { 4 };
        let turn = self.db.serve(number, lane, shared, answer);
        if answer != Answer::Given {
            self.shadow.count(match answer {
                Answer::LostBefore => "call lost before",
                _ => "call lost after",
            });
        }
        let calls = turn.calls;
        let commits = turn.is_committed;
        self.tell(|| {
            format!("serves {calls} of process {number}, {lane:?}: {answer:?}, commit {commits}")
        });
        self.after(number, turn, answer != Answer::Given, lane == Lane::Bulk);
        self.answered(number);
    }

    /// Answers a request to the provider.
    pub fn answer(&mut self, index: usize) {
        let fault = self.draw_fault();
        let now = self.now();
        let (number, fence) = self.provider.with(|provider| {
            let ask = &provider.asks[index];
            (ask.process, ask.fence())
        });
        let told = self.provider.answer(index, fault, now);
        if let Some(fault) = fault {
            self.shadow.count(name(fault));
        }
        self.tell(|| {
            let (sync, attempt) = (fence.sync_id, fence.attempt);
            format!("answers {sync} attempt {attempt} of {number}: {fault:?} {told}")
        });
        self.answered(number);
    }

    fn draw_fault(&mut self) -> Option<Fault> {
        let may_doubt = !self.is_calm && self.setting.decides;
        if self.doubts || may_doubt && self.dice.chance(500) {
            return Some(Fault::Doubt);
        }
        if self.is_calm || !self.dice.chance(self.setting.provider_faults) {
            return None;
        }
        let until = self.now() + TimeDelta::seconds(self.dice.between(1, 20));
        self.dice.weighed(&[
            (40, Fault::Passes),
            (6, Fault::PassesAfter(until)),
            (8, Fault::Later),
            (8, Fault::LaterAt(until)),
            (5, Fault::Unauthorized),
            (4, Fault::Refused),
            (12, Fault::TokenExpired),
            (12, Fault::SamePage),
            (4, Fault::Panic),
            (12, Fault::Doubt),
        ])
    }

    /// The provider's rows come, change and go.
    fn change_rows(&mut self) {
        let now = self.now();
        let Self {
            dice,
            provider,
            setting,
            ..
        } = self;
        let told = provider.with(|provider| {
            let models: Vec<_> = provider.streams.keys().copied().collect();
            let stream = provider.streams.get_mut(dice.pick(&models)?)?;
            // Now and then nearly all are gone, as when a right is taken away.
            if dice.chance(if setting.decides { 400 } else { 60 }) {
                let left = dice.below(3);
                while stream.rows.len() > left {
                    stream.rows.pop_last();
                }
            }
            // And there again.
            if setting.decides && dice.chance(200) {
                for row in 0..setting.rows {
                    stream.put(format!("k{row:02}"), now);
                }
            }
            for _ in 0..=dice.below(3) {
                let key = format!("k{:02}", dice.below(16));
                if dice.chance(300) {
                    stream.rows.remove(&key);
                } else {
                    stream.put(key, now);
                }
            }
            Some(())
        });
        self.tell(|| format!("rows change: {told:?}"));
    }
}

fn name(fault: Fault) -> &'static str {
    match fault {
        Fault::Passes => "passing failure",
        Fault::PassesAfter(_) => "passing failure with a time",
        Fault::Later => "429",
        Fault::LaterAt(_) => "429 with a time",
        Fault::Unauthorized => "401",
        Fault::Refused => "404",
        Fault::TokenExpired => "expired token",
        Fault::SamePage => "same page",
        Fault::Panic => "panic",
        Fault::Doubt => "doubt",
    }
}
