//! A model is made with its connection.

use diesel::{ExpressionMethods, RunQueryDsl};
use syncline_domain::model::DEFAULT_OVERLAP;
use syncline_domain::{ConnectionId, ModelId, OrganizationId};

use super::NewModel;
use crate::db::types::{Id, Time};
use crate::error::StoreError;
use crate::schema::{model_feeds, models};
use crate::tx::Tx;

impl Tx<'_> {
    /// Makes a model and the counter of its feed. It is enabled when its connector can sync it.
    pub(crate) fn insert_model(
        &mut self,
        organization_id: OrganizationId,
        connection_id: ConnectionId,
        new: NewModel,
    ) -> Result<ModelId, StoreError> {
        let NewModel {
            name,
            display_name,
            unsupported_reason,
        } = new;
        let id = ModelId::from_parts(self.now(), self.entropy());
        let now = Time(self.now());
        diesel::insert_into(models::table)
            .values((
                models::id.eq(Id::from(id)),
                models::organization_id.eq(Id::from(organization_id)),
                models::connection_id.eq(Id::from(connection_id)),
                models::created_at.eq(now),
                models::name.eq(name),
                models::display_name.eq(display_name),
                models::is_read_enabled.eq(unsupported_reason.is_none()),
                models::unsupported_reason.eq(unsupported_reason),
                models::overlap_seconds.eq(DEFAULT_OVERLAP.num_seconds()),
                models::is_synced.eq(false),
            ))
            .execute(self.conn())?;
        diesel::insert_into(model_feeds::table)
            .values((
                model_feeds::model_id.eq(Id::from(id)),
                model_feeds::last_number.eq(0),
                model_feeds::live_records.eq(0),
                model_feeds::purged_through.eq(0),
            ))
            .execute(self.conn())?;
        Ok(id)
    }
}
