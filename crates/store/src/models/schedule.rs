//! A model's own schedule is set or cleared, and followed.

use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl, SelectableHelper};
use syncline_domain::schedule::Timetable;
use syncline_domain::{ConnectionId, ModelId, OrganizationId};

use super::ModelView;
use super::row::{ModelRow, ScheduleColumns};
use crate::db::types::{Id, Time};
use crate::error::StoreError;
use crate::schema::models;
use crate::sql::Sql;
use crate::tx::Tx;

/// A schedule, and when it was set.
pub(crate) type Anchored = (Timetable, DateTime<Utc>);

impl Tx<'_> {
    /// Sets or clears its schedule; the anchor is now.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn update_model_schedule(
        &mut self,
        organization_id: OrganizationId,
        id: ModelId,
        schedule: Option<Timetable>,
    ) -> Result<ModelView, StoreError> {
        self.lock_model(organization_id, id)?;
        let now = self.now();
        let next = schedule
            .as_ref()
            .and_then(|schedule| schedule.next_after(id, now, now));
        let ScheduleColumns {
            seconds,
            cron,
            zone,
            jitter_seconds,
        } = ScheduleColumns::of(schedule.as_ref());
        diesel::update(models::table.find(Id::from(id)))
            .set((
                models::modified_at.eq(Time(now)),
                models::schedule_seconds.eq(seconds),
                models::schedule_cron.eq(cron),
                models::schedule_zone.eq(zone),
                models::schedule_jitter_seconds.eq(jitter_seconds),
                models::schedule_anchor.eq(schedule.map(|_| Time(now))),
                models::next_sync_at.eq(next.map(Time)),
            ))
            .execute(self.conn())?;
        self.read_model(organization_id, id)
    }

    /// What a model follows. A schedule that this program cannot read stops this model alone.
    pub(crate) fn find_timetable(&mut self, id: ModelId) -> Result<Option<Anchored>, StoreError> {
        let row: ModelRow = models::table
            .find(Id::from(id))
            .select(ModelRow::as_select())
            .first(self.conn())?;
        let model = match row.into_model(false) {
            Ok(model) => model,
            Err(error) => {
                tracing::error!(model = %id, %error, "its schedule is given up: set it anew");
                return Ok(None);
            }
        };
        Ok(model.schedule.zip(model.schedule_anchor))
    }

    /// Sets when the next tick of a model comes.
    pub(crate) fn set_next_tick(
        &mut self,
        id: ModelId,
        next: Option<DateTime<Utc>>,
    ) -> Result<(), StoreError> {
        Sql::new("UPDATE models SET next_sync_at = ? WHERE id = ?")
            .opt_time(next)
            .id(id.uuid())
            .run(self)?;
        Ok(())
    }

    /// One sync, soon, stands for all ticks that came while a model was disabled.
    pub(super) fn catch_up_model(&mut self, id: ModelId) -> Result<(), StoreError> {
        let missed: Vec<ModelId> = models::table
            .filter(models::id.eq(Id::from(id)))
            .filter(models::next_sync_at.le(Time(self.now())))
            .select(models::id)
            .load(self.conn())?;
        self.catch_up(missed)
    }

    /// One sync of each model, soon, stands for all ticks that came while the connection was
    /// disabled.
    pub(crate) fn catch_up_models_of_connection(
        &mut self,
        id: ConnectionId,
    ) -> Result<(), StoreError> {
        let missed: Vec<ModelId> = models::table
            .filter(models::connection_id.eq(Id::from(id)))
            .filter(models::next_sync_at.le(Time(self.now())))
            .order(models::id)
            .select(models::id)
            .load(self.conn())?;
        self.catch_up(missed)
    }

    fn catch_up(&mut self, missed: Vec<ModelId>) -> Result<(), StoreError> {
        let now = self.now();
        for id in missed {
            let next = self
                .find_timetable(id)?
                .map(|(table, anchor)| table.catch_up_after(id, anchor, now));
            self.set_next_tick(id, next)?;
        }
        Ok(())
    }
}
