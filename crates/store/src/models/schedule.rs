//! A model's own schedule is set or cleared.

use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
use syncline_domain::schedule::Schedule;
use syncline_domain::{ModelId, OrganizationId};

use super::ModelView;
use super::row::ScheduleColumns;
use crate::db::types::{Id, Time};
use crate::error::StoreError;
use crate::schema::models;
use crate::tx::Tx;

impl Tx<'_> {
    /// Sets or clears its schedule; the anchor is now.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn update_model_schedule(
        &mut self,
        organization_id: OrganizationId,
        id: ModelId,
        schedule: Option<Schedule>,
    ) -> Result<ModelView, StoreError> {
        self.lock_model(organization_id, id)?;
        let now = self.now();
        let next = schedule
            .as_ref()
            .and_then(|schedule| schedule.next_after(now, now));
        let ScheduleColumns {
            seconds,
            cron,
            zone,
        } = ScheduleColumns::of(schedule.as_ref());
        diesel::update(models::table.find(Id::from(id)))
            .set((
                models::modified_at.eq(Time(now)),
                models::schedule_seconds.eq(seconds),
                models::schedule_cron.eq(cron),
                models::schedule_zone.eq(zone),
                models::schedule_anchor.eq(schedule.map(|_| Time(now))),
                models::next_sync_at.eq(next.map(Time)),
            ))
            .execute(self.conn())?;
        self.read_model(organization_id, id)
    }
}
