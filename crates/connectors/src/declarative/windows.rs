//! Cuts a range into the windows that are asked for one by one.

use chrono::Duration;

use super::clamp::Clamp;
use crate::datetime::{IsoDuration, Moment};

/// One window. Both ends are sent, and both belong to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Window {
    pub(super) start: Moment,
    pub(super) end: Moment,
    /// Where the next window begins; `None` behind the last.
    pub(super) next: Option<Moment>,
}

/// How a stream's range is cut.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Cut {
    pub(super) step: Option<IsoDuration>,
    /// Between the end of a window and the start of the next.
    pub(super) granularity: Option<IsoDuration>,
    /// A range that ends where it begins is left out.
    pub(super) is_compare_strictly: bool,
    /// What windows are rounded to.
    pub(super) clamp: Option<Clamp>,
}

impl Cut {
    /// The window that begins at a moment of a range that ends at `end`; `None` when nothing is
    /// left of the range. With a granularity the end itself is one more unit to be read.
    pub(super) fn window(&self, start: Moment, end: Moment) -> Option<Window> {
        let start = self.up(start);
        let is_nothing = self.granularity.is_none() || self.is_compare_strictly;
        if start > end || (start == end && is_nothing) {
            return None;
        }
        let next = self
            .step
            .and_then(|step| step.after(start))
            .filter(|next| *next > start && *next < end);
        let Some(next) = next else {
            let last = match self.granularity {
                Some(_) => end,
                None => self.up(end),
            };
            return Some(Window {
                start,
                end: last,
                next: None,
            });
        };
        let next = self.up(next);
        if next >= end {
            return Some(Window {
                start,
                end,
                next: None,
            });
        }
        let last = self
            .granularity
            .and_then(|granularity| granularity.before(next))
            .unwrap_or(next);
        Some(Window {
            start,
            end: last.max(start),
            next: Some(next),
        })
    }

    /// The end of the first half of a window and the start of the second, as the reference halves
    /// it: by whole units. None when it is a single unit.
    pub(super) fn halves(&self, start: Moment, end: Moment) -> Option<(Moment, Moment)> {
        let unit = self.granularity.filter(|unit| unit.months == 0)?.time;
        let micros = unit.num_microseconds().filter(|micros| *micros > 0)?;
        let units = (end - start).num_microseconds()? / micros + 1;
        if start >= end || units <= 1 {
            return None;
        }
        let second = start + Duration::microseconds(micros * (units / 2));
        Some((second - unit, second))
    }

    /// Where a range ends that goes up to a moment.
    pub(super) fn last(&self, end: Moment) -> Moment {
        match self.clamp {
            None => end,
            Some(clamp) => clamp.end(end, self.granularity),
        }
    }

    fn up(&self, moment: Moment) -> Moment {
        self.clamp.map_or(moment, |clamp| clamp.up(moment))
    }
}
