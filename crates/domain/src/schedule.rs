//! When a model is due by itself.

use chrono::{DateTime, Duration, Utc};

/// A model's own schedule. A tick becomes a sync only when it is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Schedule {
    /// Every so many seconds, counted from an anchor.
    Interval(Interval),
    /// At the times of a cron expression.
    #[cfg(feature = "cron")]
    Cron(Box<Cron>),
}

/// Every so many seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interval {
    seconds: i64,
}

/// Why a schedule cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleError {
    /// Too short or too long.
    #[error("interval_seconds must be from {min} to {max}, not {0}", min = Interval::MIN_SECONDS, max = Interval::MAX_SECONDS)]
    Interval(i64),
    /// The expression cannot be read.
    #[cfg(feature = "cron")]
    #[error("`{expression}` is not a cron expression: {reason}")]
    Expression {
        /// As it was given.
        expression: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Not a name of the IANA time zone database.
    #[cfg(feature = "cron")]
    #[error("`{0}` is not a time zone: use a name like Europe/Berlin")]
    TimeZone(String),
}

impl Interval {
    /// One minute.
    pub const MIN_SECONDS: i64 = 60;
    /// 366 days.
    pub const MAX_SECONDS: i64 = 366 * 24 * 60 * 60;

    /// An interval of so many seconds.
    ///
    /// # Errors
    /// [`ScheduleError::Interval`] outside [`MIN_SECONDS`](Self::MIN_SECONDS) to
    /// [`MAX_SECONDS`](Self::MAX_SECONDS).
    pub fn new(seconds: i64) -> Result<Self, ScheduleError> {
        if (Self::MIN_SECONDS..=Self::MAX_SECONDS).contains(&seconds) {
            Ok(Self { seconds })
        } else {
            Err(ScheduleError::Interval(seconds))
        }
    }

    /// Its length in seconds.
    pub fn seconds(self) -> i64 {
        self.seconds
    }
}

impl Schedule {
    /// The first tick strictly after `now`. Ticks that were missed are not made up for: after a
    /// downtime there is one sync, not one for each.
    ///
    /// An interval counts from `anchor` (when the schedule was set), so that ticks do not drift.
    /// `None` when a cron expression has no further time.
    pub fn next_after(&self, anchor: DateTime<Utc>, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match self {
            Schedule::Interval(interval) => {
                let step = interval.seconds.checked_mul(1_000_000)?;
                let passed = (now - anchor).num_microseconds()?;
                let ticks = passed.div_euclid(step).checked_add(1)?;
                anchor.checked_add_signed(Duration::microseconds(ticks.checked_mul(step)?))
            }
            #[cfg(feature = "cron")]
            Schedule::Cron(cron) => cron.next_after(now),
        }
    }
}

#[cfg(feature = "cron")]
pub use cron::Cron;

#[cfg(feature = "cron")]
mod cron {
    use std::str::FromStr;

    use chrono::{DateTime, Utc};

    use super::ScheduleError;

    /// A cron expression of five fields in a time zone.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Cron {
        expression: String,
        zone: chrono_tz::Tz,
        pattern: croner::Cron,
    }

    impl Cron {
        /// Reads an expression (minute, hour, day of the month, month, day of the week) and the
        /// name of a time zone.
        ///
        /// # Errors
        /// [`ScheduleError::Expression`] or [`ScheduleError::TimeZone`], with the reason.
        pub fn new(expression: &str, zone: &str) -> Result<Self, ScheduleError> {
            let pattern =
                croner::Cron::from_str(expression).map_err(|error| ScheduleError::Expression {
                    expression: expression.to_owned(),
                    reason: error.to_string(),
                })?;
            let zone = zone
                .parse()
                .map_err(|_| ScheduleError::TimeZone(zone.to_owned()))?;
            Ok(Self {
                expression: expression.to_owned(),
                zone,
                pattern,
            })
        }

        /// The expression as it was given.
        pub fn expression(&self) -> &str {
            &self.expression
        }

        /// The name of its time zone.
        pub fn zone(&self) -> &str {
            self.zone.name()
        }

        pub(super) fn next_after(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
            self.pattern
                .find_next_occurrence(&now.with_timezone(&self.zone), false)
                .ok()
                .map(|time| time.with_timezone(&Utc))
        }
    }
}
