//! Schedules: each tick is made once, and those that were missed are made up for by one sync.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use syncline_domain::schedule::{Schedule, Timetable};
use syncline_domain::scope::Scope;
use syncline_domain::{ModelId, Status, Sync};
use syncline_store::error::StoreError;
use syncline_store::stepped::SteppedDatabase;

use super::{Moment, Shadow};
use crate::world::CALLERS;

const TICK: &str = "each tick makes one sync, in its time";
const MISSED: &str = "one sync, soon, stands for all ticks that were missed";
const LOST: &str = "no schedule is lost";

/// When a model is due, worked out once more.
#[derive(Debug, Clone)]
pub struct Ticks {
    step: TimeDelta,
    /// Ticks are whole steps from here.
    origin: DateTime<Utc>,
    /// And later by so much, all of them.
    moved: TimeDelta,
    /// No tick is before.
    first: DateTime<Utc>,
    /// What was missed comes within.
    soon: TimeDelta,
    next: DateTime<Utc>,
    /// Whether the first tick is as it should be.
    is_true: bool,
    /// Model or connection were disabled when it was looked at last.
    is_disabled: bool,
}

impl Ticks {
    /// Of a schedule that was set `now`, with its first tick.
    pub fn new(table: &Timetable, seconds: i64, now: DateTime<Utc>, next: DateTime<Utc>) -> Self {
        let step = TimeDelta::seconds(seconds);
        let is_interval = matches!(table.schedule(), Schedule::Interval(_));
        let (origin, soon) = if is_interval {
            (now, step / 10)
        } else {
            (DateTime::UNIX_EPOCH, TimeDelta::seconds(300))
        };
        let micros = (next - origin).num_microseconds().unwrap_or(0);
        let moved = TimeDelta::microseconds(micros % (seconds * 1_000_000));
        let jitter = TimeDelta::seconds(table.jitter_seconds());
        let first = if is_interval { now + step } else { now };
        Self {
            step,
            origin,
            moved,
            first,
            soon,
            next,
            is_true: next > now && next >= first && next <= now + step * 2 && moved <= jitter,
            is_disabled: false,
        }
    }

    /// The first one after `now`.
    fn after(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let from = now.max(self.first - TimeDelta::microseconds(1));
        let passed = (from - self.moved - self.origin).num_microseconds();
        let step = self.step.num_microseconds().unwrap_or(1);
        let ticks = passed.unwrap_or(0).div_euclid(step) + 1;
        self.origin + self.moved + TimeDelta::microseconds(ticks * step)
    }

    /// Whether it is a time for the one sync that stands for what was missed.
    fn is_catch_up(&self, at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
        at >= now && at <= self.after(now).min(now + self.soon)
    }
}

impl Shadow {
    /// A caller has set a model's schedule, or none that can be told.
    pub fn follow(&mut self, model: ModelId, ticks: Option<Ticks>) {
        let Some(ticks) = ticks else {
            self.ticks.remove(&model);
            return;
        };
        self.check(ticks.is_true, TICK, || format!("{model}: {ticks:?}"));
        self.ticks.insert(model, ticks);
    }

    /// The next tick of all that are enabled.
    pub fn next_ticks(&self) -> BTreeMap<ModelId, DateTime<Utc>> {
        let enabled = self.ticks.iter().filter(|(_, ticks)| !ticks.is_disabled);
        enabled.map(|(id, ticks)| (*id, ticks.next)).collect()
    }

    /// Whether somebody whose clock says so has to see to a tick.
    pub fn has_tick(&self, now: DateTime<Utc>) -> bool {
        self.ticks.values().any(|ticks| ticks.next <= now)
    }

    /// Looks at what a commit has done to the ticks; `made` has the models with a new sync.
    pub(super) fn check_ticks(
        &mut self,
        db: &mut SteppedDatabase,
        made: &BTreeSet<ModelId>,
        moment: &Moment,
    ) {
        let models: Vec<ModelId> = self.ticks.keys().copied().collect();
        for id in models {
            let Some(organization) = self.models.get(&id).map(|model| model.organization) else {
                continue;
            };
            let view = db.look(CALLERS, move |tx| tx.find_model(organization, id));
            let Ok::<_, StoreError>(Some(view)) = view else {
                self.break_promise(LOST, format!("{id} is not there"));
                return;
            };
            let connection = view.model.connection_id;
            let is_off = !view.model.is_read_enabled || self.disabled.contains(&connection);
            self.check_tick(id, view.model.next_sync_at, is_off, made, moment);
        }
    }

    fn check_tick(
        &mut self,
        id: ModelId,
        next: Option<DateTime<Utc>>,
        is_off: bool,
        made: &BTreeSet<ModelId>,
        moment: &Moment,
    ) {
        let has_sync = self.has_fresh(id);
        let Some(ticks) = self.ticks.get_mut(&id) else {
            return;
        };
        let was_off = std::mem::replace(&mut ticks.is_disabled, is_off);
        let before = ticks.clone();
        let Some(next) = next else {
            return self.check(is_off, LOST, || format!("{id}: {before:?}"));
        };
        ticks.next = next;
        let now = moment.now;
        let is_made = made.contains(&id) && moment.is_alone;
        let (promise, is_right, what) = if next == before.next {
            // Whoever is not a caller makes a sync by a tick alone.
            (TICK, !is_made || moment.is_callers, None)
        } else if was_off {
            let is_right = before.next <= now && before.is_catch_up(next, now);
            (MISSED, is_right, Some("enabled after a tick"))
        } else if before.next < now - TimeDelta::seconds(Timetable::LATE_SECONDS) {
            let is_right = before.is_catch_up(next, now) && !is_made;
            (MISSED, is_right, Some("ticks missed"))
        } else {
            let is_right = before.next <= now && next == before.after(now);
            (
                TICK,
                is_right && (has_sync || !moment.is_alone),
                Some("tick"),
            )
        };
        self.check(is_right, promise, || {
            format!("{id} at {now}: {next} behind {before:?}, made {is_made}")
        });
        if let Some(what) = what {
            self.count(what);
        }
    }

    /// Whether a sync of the model waits that has not begun.
    fn has_fresh(&self, id: ModelId) -> bool {
        let is_fresh = |sync: &Sync| match sync.lifecycle.status() {
            Status::Scheduled => true,
            Status::Queued => sync.lifecycle.attempt() == 0,
            _ => false,
        };
        let plain = Scope::plain();
        let mut of_model = self.syncs().filter(|sync| sync.model_id == id);
        of_model.any(|sync| is_fresh(sync) && sync.scope == plain)
    }
}
