//! Every so many seconds.

use chrono::{DateTime, Duration, Utc};

use super::ScheduleError;

/// Every so many seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interval {
    seconds: i64,
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

    pub(super) fn next_after(
        self,
        anchor: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        let step = self.seconds.checked_mul(1_000_000)?;
        let passed = (now - anchor).num_microseconds()?;
        let ticks = passed.div_euclid(step).checked_add(1)?.max(1);
        anchor.checked_add_signed(Duration::microseconds(ticks.checked_mul(step)?))
    }
}
