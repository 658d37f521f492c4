//! What a sync counted, over all its attempts.

use std::time::Duration;

use syncline_domain::Status;

use crate::client::views::{AttemptView, SyncView};

/// The sums of a sync's attempts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Runs.
    pub attempts: usize,
    /// Pages committed.
    pub pages: u64,
    /// Records in them.
    pub records: u64,
    /// New ones.
    pub added: u64,
    /// Changed ones.
    pub changed: u64,
    /// The same as before.
    pub unchanged: u64,
    /// Found gone.
    pub deleted: u64,
    /// How long the ended attempts took.
    pub took: Duration,
    /// What was odd.
    pub warnings: Vec<String>,
}

/// A line of the display: one sync.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its model's name.
    pub model: String,
    /// Where it stands.
    pub status: Status,
    /// Why it waits or failed.
    pub error: Option<String>,
    /// What it counted.
    pub tally: Tally,
    /// Records per second, lately while it runs, over all once it is final.
    pub rate: Option<f64>,
}

impl Tally {
    /// Adds the attempts up.
    pub fn of(attempts: &[AttemptView]) -> Self {
        let mut tally = Self {
            attempts: attempts.len(),
            ..Self::default()
        };
        for attempt in attempts {
            let AttemptView {
                started_at,
                ended_at,
                pages,
                records,
                added,
                changed,
                unchanged,
                deleted,
                warnings,
            } = attempt;
            tally.pages += pages;
            tally.records += records;
            tally.added += added;
            tally.changed += changed;
            tally.unchanged += unchanged;
            tally.deleted += deleted;
            if let Some(ended_at) = ended_at {
                tally.took += (*ended_at - *started_at).to_std().unwrap_or_default();
            }
            for warning in warnings {
                if !tally.warnings.contains(&warning.message) {
                    tally.warnings.push(warning.message.clone());
                }
            }
        }
        tally
    }

    /// Records per second over all ended attempts; `None` when that would say nothing.
    pub fn overall_rate(&self) -> Option<f64> {
        let seconds = self.took.as_secs_f64();
        (self.records > 0 && seconds > 0.0).then(|| self.records as f64 / seconds)
    }
}

impl Row {
    /// A sync as it was answered, with what is known of it besides.
    pub fn new(model: String, sync: &SyncView, tally: Tally, lately: Option<f64>) -> Self {
        let rate = if sync.status.is_final() {
            tally.overall_rate()
        } else {
            lately
        };
        Self {
            model,
            status: sync.status,
            error: sync.error.clone(),
            tally,
            rate,
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta};

    use super::*;
    use crate::client::views::WarningView;

    #[test]
    fn attempts_add_up() {
        let start = DateTime::UNIX_EPOCH;
        let attempt = |ended_after: Option<i64>| AttemptView {
            started_at: start,
            ended_at: ended_after.map(|seconds| start + TimeDelta::seconds(seconds)),
            pages: 2,
            records: 150,
            added: 100,
            changed: 30,
            unchanged: 20,
            deleted: 1,
            warnings: vec![WarningView {
                message: "odd".to_owned(),
            }],
        };
        let tally = Tally::of(&[attempt(Some(2)), attempt(Some(1)), attempt(None)]);
        assert_eq!((tally.attempts, tally.pages, tally.records), (3, 6, 450));
        assert_eq!(
            (tally.added, tally.changed, tally.unchanged, tally.deleted),
            (300, 90, 60, 3)
        );
        assert_eq!(tally.took, Duration::from_secs(3));
        assert_eq!(tally.warnings, ["odd"]);
        assert_eq!(tally.overall_rate(), Some(150.0));
        assert_eq!(Tally::of(&[]).overall_rate(), None);
    }
}
