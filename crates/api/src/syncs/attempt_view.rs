//! An attempt on the wire.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use syncline_domain::attempt::{Attempt, AttemptOutcome, Counters, Warning};
use utoipa::ToSchema;

use crate::time;

/// One run of a sync by one worker, and what it counted.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Attempt)]
pub struct AttemptView {
    /// Which run of the sync; the first is 1.
    #[schema(example = 1)]
    pub number: i32,
    /// The worker's name.
    #[schema(example = "books-1")]
    pub worker: String,
    /// When it began.
    #[serde(serialize_with = "time::required")]
    #[schema(example = "2026-01-31T12:00:01.000000Z")]
    pub started_at: DateTime<Utc>,
    /// When it ended; null while it runs.
    #[serde(serialize_with = "time::nullable")]
    #[schema(required, example = "2026-01-31T12:00:04.000000Z")]
    pub ended_at: Option<DateTime<Utc>>,
    /// How it ended; null while it runs.
    #[schema(required, example = json!("complete"))]
    pub outcome: Option<OutcomeView>,
    /// Why it ended, when not well.
    #[schema(required, example = json!(null))]
    pub error: Option<String>,
    /// Pages committed.
    #[schema(example = 7)]
    pub pages: i64,
    /// Records in them.
    #[schema(example = 640)]
    pub records: i64,
    /// Records a second since it began, to two places; 0 before its first page.
    #[schema(minimum = 0, example = 213.33)]
    pub records_per_second: f64,
    /// Records that were not there before.
    #[schema(example = 600)]
    pub added: i64,
    /// Records that differ from what was there, and those that came back after a deletion.
    #[schema(example = 30)]
    pub changed: i64,
    /// Records that were there already, the same.
    #[schema(example = 10)]
    pub unchanged: i64,
    /// Records that a full pass found gone.
    #[schema(example = 2)]
    pub deleted: i64,
    /// Bytes of the provider's answers.
    #[schema(example = 201930)]
    pub bytes: i64,
    /// Requests sent to the provider.
    #[schema(example = 8)]
    pub requests: i64,
    /// What was odd but did not stop it.
    pub warnings: Vec<WarningView>,
    /// Always `attempt`.
    #[schema(example = "attempt")]
    pub object: &'static str,
}

/// Something odd that did not stop a sync.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Warning)]
pub struct WarningView {
    /// For programs; never renamed.
    #[schema(example = "record_path_absent")]
    pub code: String,
    /// For people.
    #[schema(example = "an answer had nothing at `data`: taken for an empty page")]
    pub message: String,
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AttemptOutcome)]
pub enum OutcomeView {
    /// Everything landed.
    Complete,
    /// A failure that passes.
    Retry,
    /// The provider said "later".
    Park,
    /// The worker shut down in order.
    Release,
    /// The worker lost its lease.
    Rescue,
    /// A permanent failure, or too many failures.
    Fail,
    /// A caller stopped it.
    Cancel,
}

/// An attempt, as it stands at this moment.
impl From<(Attempt, DateTime<Utc>)> for AttemptView {
    fn from((attempt, now): (Attempt, DateTime<Utc>)) -> Self {
        let Attempt {
            sync_id: _,
            number,
            worker,
            started_at,
            ended_at,
            outcome,
            error,
            counters,
            warnings,
        } = attempt;
        let Counters {
            pages,
            records,
            added,
            changed,
            unchanged,
            deleted,
            bytes,
            requests,
        } = counters;
        let records_per_second = rate(records, ended_at.unwrap_or(now) - started_at);
        Self {
            number,
            worker,
            started_at,
            ended_at,
            outcome: outcome.map(OutcomeView::from),
            error,
            pages,
            records,
            records_per_second,
            added,
            changed,
            unchanged,
            deleted,
            bytes,
            requests,
            warnings: warnings.into_iter().map(WarningView::from).collect(),
            object: "attempt",
        }
    }
}

/// None before the first millisecond is over.
fn rate(records: i64, time: TimeDelta) -> f64 {
    let millis = time.num_milliseconds();
    if millis <= 0 {
        return 0.0;
    }
    // Hundredths of a record a second, rounded, in integers: no number here is near their end.
    let hundredths = (i128::from(records) * 100_000 + i128::from(millis) / 2) / i128::from(millis);
    #[expect(clippy::cast_precision_loss, reason = "a rate is for people")]
    let rate = hundredths as f64 / 100.0;
    rate
}

impl From<Warning> for WarningView {
    fn from(warning: Warning) -> Self {
        let Warning { code, message } = warning;
        Self { code, message }
    }
}

impl From<AttemptOutcome> for OutcomeView {
    fn from(outcome: AttemptOutcome) -> Self {
        match outcome {
            AttemptOutcome::Complete => Self::Complete,
            AttemptOutcome::Retry => Self::Retry,
            AttemptOutcome::Park => Self::Park,
            AttemptOutcome::Release => Self::Release,
            AttemptOutcome::Rescue => Self::Rescue,
            AttemptOutcome::Fail => Self::Fail,
            AttemptOutcome::Cancel => Self::Cancel,
        }
    }
}
