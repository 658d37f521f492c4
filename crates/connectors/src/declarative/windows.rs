//! Cuts a range into the windows that are asked for one by one.

use chrono::{DateTime, Utc};

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
#[derive(Debug, Clone, Copy)]
pub(super) struct Cut {
    pub(super) step: Option<IsoDuration>,
    /// Between the end of a window and the start of the next.
    pub(super) granularity: Option<IsoDuration>,
    /// Windows that end where they begin are left out.
    pub(super) is_compare_strictly: bool,
}

impl Cut {
    /// The window that begins at a moment of a range that ends at `end`; `None` when nothing is
    /// left of the range.
    pub(super) fn window(&self, start: Moment, end: DateTime<Utc>) -> Option<Window> {
        let mut start = start;
        loop {
            let window = self.uncut(start, end)?;
            if !self.is_compare_strictly || window.start < window.end {
                return Some(window);
            }
            start = window.next?;
        }
    }

    fn uncut(&self, start: Moment, end: DateTime<Utc>) -> Option<Window> {
        let end = end.fixed_offset();
        if start >= end {
            return None;
        }
        let next = self
            .step
            .and_then(|step| step.after(start))
            .filter(|next| *next > start && *next < end);
        let Some(next) = next else {
            return Some(Window {
                start,
                end,
                next: None,
            });
        };
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
}
