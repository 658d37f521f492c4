//! A schedule, with the jitter that keeps models from being due all at once.

use chrono::{DateTime, Duration, Utc};

use super::{Schedule, ScheduleError};
use crate::ModelId;

/// A model's own schedule: when it is due, and how far its ticks are moved so that many models of
/// one schedule are not due in the same second.
///
/// By how much is a function of the model's id: all ticks of a model are as late, and it is told
/// beforehand when each comes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timetable {
    schedule: Schedule,
    jitter_seconds: Option<i64>,
}

/// So that a model is not at the same place among those that are late and among those on time.
const CATCH_UP: u64 = 0x6361_7463_685f_7570;

impl Timetable {
    /// The most that ticks of an interval are moved unless it is said: five minutes, or a tenth
    /// of the interval.
    pub const INTERVAL_JITTER_SECONDS: i64 = 300;
    /// The most that ticks of a cron expression are moved unless it is said.
    pub const CRON_JITTER_SECONDS: i64 = 60;
    /// The most that may be said: an hour, or the interval.
    pub const MAX_JITTER_SECONDS: i64 = 3600;
    /// A tick that is later than this was missed: nobody was there to see to it.
    pub const LATE_SECONDS: i64 = 60;
    /// How far the syncs that stand for missed ticks are spread: five minutes, or a tenth of the
    /// interval.
    pub const CATCH_UP_SECONDS: i64 = 300;

    /// A schedule whose ticks are moved by up to so many seconds; none for 0, and for `None` what
    /// is usual for it.
    ///
    /// # Errors
    /// [`ScheduleError::Jitter`] outside 0 to [`MAX_JITTER_SECONDS`](Self::MAX_JITTER_SECONDS), or
    /// above the interval.
    pub fn new(schedule: Schedule, jitter_seconds: Option<i64>) -> Result<Self, ScheduleError> {
        let max = match &schedule {
            Schedule::Interval(interval) => interval.seconds().min(Self::MAX_JITTER_SECONDS),
            #[cfg(feature = "cron")]
            Schedule::Cron(_) => Self::MAX_JITTER_SECONDS,
        };
        match jitter_seconds {
            Some(given) if !(0..=max).contains(&given) => Err(ScheduleError::Jitter { given, max }),
            _ => Ok(Self {
                schedule,
                jitter_seconds,
            }),
        }
    }

    /// A schedule whose ticks come to the second.
    pub fn exact(schedule: Schedule) -> Self {
        Self {
            schedule,
            jitter_seconds: Some(0),
        }
    }

    /// The times, before they are moved.
    pub fn schedule(&self) -> &Schedule {
        &self.schedule
    }

    /// What was said of the jitter; `None` when nothing was.
    pub fn asked_jitter_seconds(&self) -> Option<i64> {
        self.jitter_seconds
    }

    /// By how many seconds a tick is moved at most.
    pub fn jitter_seconds(&self) -> i64 {
        self.jitter_seconds.unwrap_or(match &self.schedule {
            Schedule::Interval(interval) => {
                tenth(interval.seconds(), Self::INTERVAL_JITTER_SECONDS)
            }
            #[cfg(feature = "cron")]
            Schedule::Cron(_) => Self::CRON_JITTER_SECONDS,
        })
    }

    /// The first tick of this model strictly after `now`, where it is moved to. The anchor is when
    /// the schedule was set.
    pub fn next_after(
        &self,
        model: ModelId,
        anchor: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        let moved = share(model, 0, self.jitter_seconds());
        let before = now.checked_sub_signed(moved)?;
        self.schedule
            .next_after(anchor, before)?
            .checked_add_signed(moved)
    }

    /// When the one sync comes that stands for all ticks that were missed: soon, but not for all
    /// models at once, and not later than the next tick.
    pub fn catch_up_after(
        &self,
        model: ModelId,
        anchor: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> DateTime<Utc> {
        let spread = match &self.schedule {
            Schedule::Interval(interval) => tenth(interval.seconds(), Self::CATCH_UP_SECONDS),
            #[cfg(feature = "cron")]
            Schedule::Cron(_) => Self::CATCH_UP_SECONDS,
        };
        let soon = now
            .checked_add_signed(share(model, CATCH_UP, spread))
            .unwrap_or(now);
        self.next_after(model, anchor, now)
            .map_or(soon, |next| next.min(soon))
    }
}

/// With the jitter that is usual for it.
impl From<Schedule> for Timetable {
    fn from(schedule: Schedule) -> Self {
        Self {
            schedule,
            jitter_seconds: None,
        }
    }
}

fn tenth(seconds: i64, most: i64) -> i64 {
    (seconds / 10).min(most)
}

/// A part of so many seconds, in whole milliseconds, that depends on the model alone, by the
/// finalizer of SplitMix64. Stored times depend on it: it never changes.
fn share(model: ModelId, salt: u64, seconds: i64) -> Duration {
    let (high, low) = model.uuid().as_u64_pair();
    let mut hash = high.rotate_left(32) ^ low ^ salt;
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^= hash >> 31;
    let millis = i128::from(hash) * i128::from(seconds) * 1000 / (1 << 64);
    Duration::milliseconds(i64::try_from(millis).unwrap_or(0))
}
