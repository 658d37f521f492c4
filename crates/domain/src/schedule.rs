//! When a model is due by itself.

#[cfg(feature = "cron")]
mod cron;
mod interval;
mod timetable;

use chrono::{DateTime, Utc};

#[cfg(feature = "cron")]
pub use cron::Cron;
pub use interval::Interval;
pub use timetable::Timetable;

/// The times at which a model is due. A tick becomes a sync only when it is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Schedule {
    /// Every so many seconds, counted from an anchor.
    Interval(Interval),
    /// At the times of a cron expression.
    #[cfg(feature = "cron")]
    Cron(Box<Cron>),
}

/// Why a schedule cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleError {
    /// Too short or too long.
    #[error("interval_seconds must be from {min} to {max}, not {0}", min = Interval::MIN_SECONDS, max = Interval::MAX_SECONDS)]
    Interval(i64),
    /// More than it may be, or less than nothing.
    #[error("jitter_seconds must be from 0 to {max}, not {given}")]
    Jitter {
        /// As it was given.
        given: i64,
        /// The most that this schedule may have.
        max: i64,
    },
    /// The expression cannot be read.
    #[cfg(feature = "cron")]
    #[error(
        "`{expression}` is not a cron expression of five fields (minute, hour, day of the month, \
         month, day of the week), like `0 3 * * 1-5`: {reason}"
    )]
    Expression {
        /// As it was given.
        expression: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The expression names a time that there is never.
    #[cfg(feature = "cron")]
    #[error("`{0}` never fires: no day is in the month that it names")]
    Never(String),
    /// Not a name of the IANA time zone database.
    #[cfg(feature = "cron")]
    #[error("`{0}` is not a time zone: use a name like Europe/Paris or UTC")]
    TimeZone(String),
}

impl Schedule {
    /// The first tick strictly after `now`. Ticks that were missed are not made up for: after a
    /// downtime there is one sync, not one for each.
    ///
    /// An interval counts from `anchor` (when the schedule was set), so that ticks do not drift;
    /// its first tick is one interval after it. `None` when a cron expression has no further time.
    pub fn next_after(&self, anchor: DateTime<Utc>, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match self {
            Schedule::Interval(interval) => interval.next_after(anchor, now),
            #[cfg(feature = "cron")]
            Schedule::Cron(cron) => cron.next_after(now),
        }
    }
}
