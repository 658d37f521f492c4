//! A model as it stands in its row.

use chrono::{DateTime, Duration, Utc};
use diesel::{Queryable, QueryableByName, Selectable};
use syncline_domain::model::Model;
use syncline_domain::schedule::{Cron, Interval, Schedule, ScheduleError, Timetable};
use syncline_domain::{ConnectionId, ModelId, OrganizationId};

use crate::db::connection::MultiBackend;
use crate::error::StoreError;
use crate::schema::models;

/// The columns of [`ModelRow`], of a table that is called `m`.
pub(super) const COLUMNS: &str = "m.id, m.organization_id, m.connection_id, m.created_at, m.modified_at, m.name, \
    m.display_name, m.is_read_enabled, m.unsupported_reason, m.schedule_seconds, \
    m.schedule_cron, m.schedule_zone, m.schedule_jitter_seconds, m.schedule_anchor, \
    m.next_sync_at, m.overlap_seconds, m.is_synced";

#[derive(Queryable, Selectable, QueryableByName)]
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
    schedule_jitter_seconds: Option<i64>,
    schedule_anchor: Option<DateTime<Utc>>,
    next_sync_at: Option<DateTime<Utc>>,
    overlap_seconds: i64,
    is_synced: bool,
}

impl ModelRow {
    /// Its connection.
    pub(super) fn connection_id(&self) -> ConnectionId {
        self.connection_id
    }

    /// A model of a connection that is disabled, or not. It shows its next tick only where one
    /// will come.
    pub(super) fn into_model(self, is_connection_disabled: bool) -> Result<Model, StoreError> {
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
            schedule_jitter_seconds,
            schedule_anchor,
            next_sync_at,
            overlap_seconds,
            is_synced,
        } = self;
        let columns = ScheduleColumns {
            seconds: schedule_seconds,
            cron: schedule_cron,
            zone: schedule_zone,
            jitter_seconds: schedule_jitter_seconds,
        };
        let is_due_by_itself =
            is_read_enabled && unsupported_reason.is_none() && !is_connection_disabled;
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
            schedule: columns.into_timetable()?,
            schedule_anchor,
            next_sync_at: next_sync_at.filter(|_| is_due_by_itself),
            overlap: Duration::try_seconds(overlap_seconds)
                .ok_or_else(|| StoreError::Corrupt(format!("the overlap of {id}")))?,
            is_synced,
        })
    }
}

/// A schedule, spread over its columns.
#[derive(Default)]
pub(super) struct ScheduleColumns {
    pub(super) seconds: Option<i64>,
    pub(super) cron: Option<String>,
    pub(super) zone: Option<String>,
    pub(super) jitter_seconds: Option<i64>,
}

impl ScheduleColumns {
    pub(super) fn of(timetable: Option<&Timetable>) -> Self {
        let Some(timetable) = timetable else {
            return Self::default();
        };
        let (seconds, cron, zone) = match timetable.schedule() {
            Schedule::Interval(interval) => (Some(interval.seconds()), None, None),
            Schedule::Cron(cron) => (
                None,
                Some(cron.expression().to_owned()),
                Some(cron.zone().to_owned()),
            ),
        };
        Self {
            seconds,
            cron,
            zone,
            jitter_seconds: timetable.asked_jitter_seconds(),
        }
    }

    pub(super) fn into_timetable(self) -> Result<Option<Timetable>, StoreError> {
        let Self {
            seconds,
            cron,
            zone,
            jitter_seconds,
        } = self;
        let corrupt = |error: ScheduleError| StoreError::Corrupt(error.to_string());
        let schedule = match (seconds, cron, zone) {
            (None, None, None) => return Ok(None),
            (Some(seconds), None, None) => {
                Schedule::Interval(Interval::new(seconds).map_err(corrupt)?)
            }
            (None, Some(cron), Some(zone)) => {
                Schedule::Cron(Box::new(Cron::new(&cron, &zone).map_err(corrupt)?))
            }
            (seconds, cron, zone) => {
                return Err(StoreError::Corrupt(format!(
                    "a schedule of {seconds:?}, {cron:?} and {zone:?}"
                )));
            }
        };
        Timetable::new(schedule, jitter_seconds)
            .map(Some)
            .map_err(corrupt)
    }
}
