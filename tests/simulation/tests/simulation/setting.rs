//! What a seed decides before anything happens.

use std::time::Duration;

use chrono::TimeDelta;
use syncline_domain::retry::RetryPolicy;
use syncline_engine::{EngineOptions, Jitter};
use syncline_store::runs::{Caps, DeleteGuard};

use crate::dice::Dice;

/// Clocks that do not jump differ from the right time by no more than this.
pub const SKEW: TimeDelta = TimeDelta::seconds(2);

/// How a simulation goes.
pub struct Setting {
    /// Engines that shall be at work.
    pub engines: usize,
    /// One process alone, which begins by rescuing whatever runs.
    pub is_alone: bool,
    /// Events before the faults stop.
    pub events: usize,
    /// Of a thousand calls to the store, how many lose their answer.
    pub lost_calls: u32,
    /// Of a thousand answers of the provider, how many are faults.
    pub provider_faults: u32,
    /// Whether clocks jump, rather than differ by a few seconds.
    pub clocks_jump: bool,
    /// Whether processes hear of each other's changes.
    pub hears_others: bool,
    /// Many rows go at once, and callers decide about the deletes that are held.
    pub decides: bool,
    /// All models have schedules, and now and then nobody is there for a while.
    pub goes_down: bool,
    /// Rows of each stream at first.
    pub rows: usize,
    /// How many requests an account may send in a window, and its length. Only where all clocks
    /// are right: in earnest there is one, the database's.
    pub allowance: Option<(i64, TimeDelta)>,
    pub lease: Duration,
    pub retry: RetryPolicy,
    pub caps: Caps,
    pub guard: DeleteGuard,
}

impl Setting {
    /// The setting of a seed.
    pub fn draw(dice: &mut Dice) -> Self {
        let engines = *dice.pick(&[1, 2, 2, 3, 4]).unwrap();
        let decides = dice.chance(200);
        let events = if decides {
            [600, 600, 600]
        } else {
            [60, 100, 220]
        };
        let faults = if decides { [0, 0, 100] } else { [0, 150, 350] };
        let is_counted = dice.chance(if engines == 1 { 700 } else { 250 });
        let goes_down = !decides && dice.chance(140);
        let cap = |dice: &mut Dice| dice.chance(200).then(|| dice.between(1, 2));
        Self {
            engines,
            is_alone: engines == 1,
            events: *dice.pick(&events).unwrap(),
            lost_calls: *dice.pick(&[0, 20, 60]).unwrap(),
            provider_faults: *dice.pick(&faults).unwrap(),
            clocks_jump: engines > 1 && !is_counted && dice.chance(600),
            hears_others: dice.chance(500),
            decides,
            goes_down,
            rows: if decides { 12 } else { dice.below(12) },
            allowance: is_counted.then(|| {
                let window = TimeDelta::seconds(dice.between(2, 6));
                (dice.between(2, 6), window)
            }),
            lease: Duration::from_secs(12),
            retry: RetryPolicy {
                base: TimeDelta::seconds(1),
                cap: TimeDelta::seconds(8),
                max_consecutive: *dice.pick(&[2, 3, 5]).unwrap(),
                max_total: *dice.pick(&[4, 8, 20]).unwrap(),
                max_parked: TimeDelta::seconds(40),
                default_park: TimeDelta::seconds(6),
            },
            caps: Caps {
                per_organization: cap(dice),
                per_connection: cap(dice),
                per_provider: cap(dice),
            },
            guard: DeleteGuard {
                share: if decides { 0.3 } else { 0.5 },
                rows: if decides { 1 } else { dice.between(1, 4) },
            },
        }
    }

    /// The options of an engine's life.
    pub fn options(&self, name: &str, dice: &mut Dice) -> EngineOptions {
        EngineOptions {
            worker: name.to_owned(),
            slots: 1 + dice.below(4),
            lease: self.lease,
            heartbeat: self.lease / 3,
            poll: Some(Duration::from_secs(12)),
            retry: self.retry.clone(),
            caps: self.caps,
            delete_guard: self.guard,
            prefetch: 1 + dice.below(2),
            sweep_batch: 1 + dice.between(0, 2),
            purge_interval: Duration::from_secs(60),
            held_interval: Duration::from_millis(if self.decides { 20 } else { 6000 }),
            held_batch: 1 + dice.between(0, 2),
            shutdown_timeout: Duration::from_secs(10),
            is_alone: self.is_alone,
            jitter: Jitter::Fixed(dice.below(5) as f64 / 4.0),
            ..EngineOptions::default()
        }
    }
}
