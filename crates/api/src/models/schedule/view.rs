//! A schedule on the wire.

use chrono::{DateTime, Utc};
use serde::Serialize;
use syncline_domain::schedule::Schedule;
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
    /// So many seconds from one sync to the next; null when there is no schedule.
    #[schema(required, example = 3600)]
    pub interval_seconds: Option<i64>,
    /// When the next sync is made; null when there is no schedule.
    #[serde(serialize_with = "time::nullable")]
    #[schema(required, example = "2026-01-31T13:00:00.000000Z")]
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
        let interval_seconds = model.schedule.map(|schedule| match schedule {
            Schedule::Interval(interval) => interval.seconds(),
        });
        Self {
            model_id: model.id.to_string(),
            interval_seconds,
            next_sync_at: model.next_sync_at,
            object: "schedule",
        }
    }
}
