//! Models with schedules, and times in which nobody sees to them.

use chrono::TimeDelta;
use syncline_domain::ModelId;
use syncline_domain::schedule::{Cron, Interval, Schedule, Timetable};

use crate::shadow::Ticks;
use crate::world::{Account, Life, World};

/// Looks for ticks once nothing goes wrong.
const PATIENCE: usize = 3000;

impl World {
    /// Sets a schedule of some kind, or clears it.
    pub fn schedule(&mut self, account: Account) {
        let model = self.dice.pick(&account.models).copied();
        let is_on = self.dice.chance(600);
        if let Some(model) = model {
            self.set_schedule(&account, model, is_on);
        }
    }

    /// Sets a schedule of some kind, or clears it.
    pub fn set_schedule(&mut self, account: &Account, model: ModelId, is_on: bool) {
        let organization = account.organization;
        let seconds = *self.dice.pick(&[60, 60, 120]).unwrap();
        let schedule = if self.dice.chance(500) {
            Schedule::Interval(Interval::new(seconds).unwrap())
        } else {
            let expression = format!("*/{} * * * *", seconds / 60);
            Schedule::Cron(Box::new(Cron::new(&expression, "Europe/Paris").unwrap()))
        };
        let jitter = *self.dice.pick(&[None, Some(0), Some(30)]).unwrap();
        let table = is_on.then(|| Timetable::new(schedule, jitter).unwrap());
        let now = self.now_of_callers();
        // What it was before is not asked of it any more.
        self.shadow.follow(model, None);
        let given = table.clone();
        let result = self.call(move |tx| tx.update_model_schedule(organization, model, given));
        self.tell(|| format!("schedule of {model}: {table:?}"));
        let next = result.ok().and_then(|view| view.model.next_sync_at);
        if let Some((table, next)) = table.zip(next) {
            let ticks = Ticks::new(&table, seconds, now, next);
            self.shadow.follow(model, Some(ticks));
        }
    }

    /// All engines die, and nobody starts one for a while.
    pub async fn go_down(&mut self) {
        for number in self.working() {
            self.crash(number);
        }
        let seconds = self.dice.between(90, 900);
        self.shadow.count("downtime");
        self.tell(|| format!("nobody is there for {seconds} s"));
        self.pass(TimeDelta::seconds(seconds)).await;
    }

    /// All models have one.
    pub fn schedule_all(&mut self) {
        for account in self.connections.clone() {
            for model in account.models.clone() {
                self.set_schedule(&account, model, true);
            }
        }
    }

    /// Each schedule goes on by itself, whatever has happened.
    pub async fn see_ticks(&mut self) {
        self.set_clocks_right();
        let before = self.shadow.next_ticks();
        for _ in 0..PATIENCE {
            let now = self.shadow.next_ticks();
            let waits = before.iter().any(|(id, at)| now.get(id) == Some(at));
            if self.is_broken() || !waits {
                return;
            }
            self.go_on().await;
        }
        let detail = format!("{before:?} became {:?}", self.shadow.next_ticks());
        self.shadow.break_promise("no schedule is lost", detail);
    }

    fn now_of_callers(&self) -> chrono::DateTime<chrono::Utc> {
        let callers = self.processes.iter();
        let mut callers = callers.filter(|process| matches!(process.life, Life::Callers));
        callers
            .next()
            .map_or(self.now(), |process| process.clock.now())
    }
}
