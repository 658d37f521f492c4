//! A model as it stands in its row.

use chrono::{DateTime, Duration, Utc};
use diesel::{Queryable, Selectable};
use syncline_domain::model::Model;
use syncline_domain::schedule::{Interval, Schedule};
use syncline_domain::{ConnectionId, ModelId, OrganizationId};

use crate::db::connection::MultiBackend;
use crate::error::StoreError;
use crate::schema::models;

#[derive(Queryable, Selectable)]
#[diesel(table_name = models, check_for_backend(MultiBackend))]
pub(super) struct ModelRow {
    id: ModelId,
    organization_id: OrganizationId,
    connection_id: ConnectionId,
    created_at: DateTime<Utc>,
    modified_at: Option<DateTime<Utc>>,
    name: String,
    display_name: String,
    is_read_enabled: bool,
    unsupported_reason: Option<String>,
    schedule_seconds: Option<i64>,
    schedule_cron: Option<String>,
    schedule_zone: Option<String>,
    schedule_anchor: Option<DateTime<Utc>>,
    next_sync_at: Option<DateTime<Utc>>,
    overlap_seconds: i64,
    is_synced: bool,
}

impl ModelRow {
    pub(super) fn into_model(self) -> Result<Model, StoreError> {
        let Self {
            id,
            organization_id,
            connection_id,
            created_at,
            modified_at,
            name,
            display_name,
            is_read_enabled,
            unsupported_reason,
            schedule_seconds,
            schedule_cron,
            schedule_zone,
            schedule_anchor,
            next_sync_at,
            overlap_seconds,
            is_synced,
        } = self;
        let columns = ScheduleColumns {
            seconds: schedule_seconds,
            cron: schedule_cron,
            zone: schedule_zone,
        };
        Ok(Model {
            id,
            organization_id,
            connection_id,
            created_at,
            modified_at,
            name,
            display_name,
            is_read_enabled,
            unsupported_reason,
            schedule: columns.into_schedule()?,
            schedule_anchor,
            next_sync_at,
            overlap: Duration::try_seconds(overlap_seconds)
                .ok_or_else(|| StoreError::Corrupt(format!("the overlap of {id}")))?,
            is_synced,
        })
    }
}

/// A schedule, spread over its columns.
#[derive(Default)]
pub(crate) struct ScheduleColumns {
    pub(crate) seconds: Option<i64>,
    pub(crate) cron: Option<String>,
    pub(crate) zone: Option<String>,
}

impl ScheduleColumns {
    pub(crate) fn of(schedule: Option<&Schedule>) -> Self {
        match schedule {
            None => Self::default(),
            Some(Schedule::Interval(interval)) => Self {
                seconds: Some(interval.seconds()),
                ..Self::default()
            },
            #[cfg(feature = "cron")]
            Some(Schedule::Cron(cron)) => Self {
                cron: Some(cron.expression().to_owned()),
                zone: Some(cron.zone().to_owned()),
                ..Self::default()
            },
        }
    }

    pub(crate) fn into_schedule(self) -> Result<Option<Schedule>, StoreError> {
        let Self {
            seconds,
            cron,
            zone,
        } = self;
        match (seconds, cron, zone) {
            (None, None, None) => Ok(None),
            (Some(seconds), None, None) => Interval::new(seconds)
                .map(|interval| Some(Schedule::Interval(interval)))
                .map_err(|error| StoreError::Corrupt(error.to_string())),
            #[cfg(feature = "cron")]
            (None, Some(cron), Some(zone)) => syncline_domain::schedule::Cron::new(&cron, &zone)
                .map(|cron| Some(Schedule::Cron(cron)))
                .map_err(|error| StoreError::Corrupt(error.to_string())),
            (seconds, cron, zone) => Err(StoreError::Corrupt(format!(
                "a schedule of {seconds:?}, {cron:?} and {zone:?} is beyond this program"
            ))),
        }
    }
}
