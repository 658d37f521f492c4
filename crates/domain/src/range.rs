//! Time ranges, and the rule for the next one.

use chrono::{DateTime, Duration, Utc};

/// `[start, end)` in our bookkeeping; what a provider is sent follows its connector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TimeRange {
    start: Option<DateTime<Utc>>,
    end: DateTime<Utc>,
}

/// What the rule for the next range looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RangeInputs {
    /// How far the model is proven to be synced.
    pub watermark: Option<DateTime<Utc>>,
    /// The connector's look-back, read again each time.
    pub look_back: Duration,
    /// The model's overlap: duplicates are absorbed, late rows are not lost.
    pub overlap: Duration,
    /// The connector's own beginning; nothing before it is read.
    pub floor: Option<DateTime<Utc>>,
    /// The connector's own end; nothing after it is read.
    pub ceiling: Option<DateTime<Utc>>,
    /// Now.
    pub now: DateTime<Utc>,
}

impl TimeRange {
    /// The range that the next sync of a model covers.
    ///
    /// The lower bound is the watermark less the larger of look-back and overlap, never before
    /// the floor; without a watermark it is the floor. The upper bound is now, or the ceiling if
    /// that is earlier, and never before the lower bound. What the caller asked for goes first.
    pub fn next(
        asked_start: Option<DateTime<Utc>>,
        asked_end: Option<DateTime<Utc>>,
        inputs: RangeInputs,
    ) -> Self {
        let reread = inputs.look_back.max(inputs.overlap).max(Duration::zero());
        let yielded = inputs
            .watermark
            .map(|mark| {
                mark.checked_sub_signed(reread)
                    .unwrap_or(DateTime::<Utc>::MIN_UTC)
            })
            .map(|mark| inputs.floor.map_or(mark, |floor| mark.max(floor)))
            .or(inputs.floor);
        let start = asked_start.or(yielded);
        let ceiling = inputs.ceiling.map_or(inputs.now, |end| end.min(inputs.now));
        let end = asked_end.unwrap_or(ceiling);
        Self {
            start,
            end: start.map_or(end, |start| end.max(start)),
        }
    }

    /// A range as it was frozen. The end moves up to the start if it lies before it.
    pub fn frozen(start: Option<DateTime<Utc>>, end: DateTime<Utc>) -> Self {
        Self {
            start,
            end: start.map_or(end, |start| end.max(start)),
        }
    }

    /// The first moment inside; `None` is the beginning of time.
    pub fn start(&self) -> Option<DateTime<Utc>> {
        self.start
    }

    /// The first moment behind it.
    pub fn end(&self) -> DateTime<Utc> {
        self.end
    }

    /// Whether a moment lies inside.
    pub fn contains(&self, at: DateTime<Utc>) -> bool {
        self.start.is_none_or(|start| at >= start) && at < self.end
    }
}
