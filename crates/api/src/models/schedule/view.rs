//! A schedule on the wire.

use chrono::{DateTime, Utc};
use serde::Serialize;
use syncline_domain::schedule::{Schedule, Timetable};
use syncline_store::models::ModelView as StoredModel;
use utoipa::ToSchema;

use crate::time;

/// When a model is synced by itself.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Schedule)]
pub struct ScheduleView {
    /// The model.
    #[schema(example = "model_01h455vb4pex5vsknk084sn02q")]
    pub model_id: String,
    /// So many seconds from one sync to the next; null when it is not an interval.
    #[schema(required, example = json!(null))]
    pub interval_seconds: Option<i64>,
    /// A cron expression: minute, hour, day of the month, month, day of the week; null when it is
    /// not one.
    #[schema(required, example = "0 3 * * 1-5")]
    pub cron: Option<String>,
    /// The time zone of the cron expression.
    #[schema(required, example = "Europe/Paris")]
    pub time_zone: Option<String>,
    /// By how many seconds a sync may be later than the schedule says, so that many models are not
    /// due at once: always as much for one model. Null when there is no schedule.
    #[schema(required, example = 60)]
    pub jitter_seconds: Option<i64>,
    /// When the next sync is made; null when there is no schedule, or model or connection are
    /// disabled. A time that is past waits for a worker.
    #[serde(serialize_with = "time::nullable")]
    #[schema(required, example = "2026-02-02T02:00:21.437000Z")]
    pub next_sync_at: Option<DateTime<Utc>>,
    /// Always `schedule`.
    #[schema(example = "schedule")]
    pub object: &'static str,
}

impl From<StoredModel> for ScheduleView {
    fn from(stored: StoredModel) -> Self {
        let StoredModel {
            model,
            last_sync: _,
        } = stored;
        let table = model.schedule.as_ref();
        let (interval_seconds, cron) = match table.map(Timetable::schedule) {
            None => (None, None),
            Some(Schedule::Interval(interval)) => (Some(interval.seconds()), None),
            Some(Schedule::Cron(cron)) => (None, Some(cron)),
        };
        Self {
            model_id: model.id.to_string(),
            interval_seconds,
            cron: cron.map(|cron| cron.expression().to_owned()),
            time_zone: cron.map(|cron| cron.zone().to_owned()),
            jitter_seconds: table.map(Timetable::jitter_seconds),
            next_sync_at: model.next_sync_at,
            object: "schedule",
        }
    }
}
