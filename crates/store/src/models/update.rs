//! A model changes.

use diesel::{AsChangeset, QueryDsl, RunQueryDsl};
use syncline_domain::{ModelId, OrganizationId};

use super::{ModelChange, ModelView};
use crate::db::types::{Id, Time};
use crate::error::StoreError;
use crate::schema::models;
use crate::tx::Tx;

#[derive(AsChangeset)]
#[diesel(table_name = models)]
struct Changes {
    modified_at: Time,
    is_read_enabled: Option<bool>,
    display_name: Option<String>,
    overlap_seconds: Option<i64>,
}

impl Tx<'_> {
    /// Changes it.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::Conflict`] when it is to be enabled though its
    /// connector cannot sync it.
    pub fn update_model(
        &mut self,
        organization_id: OrganizationId,
        id: ModelId,
        change: ModelChange,
    ) -> Result<ModelView, StoreError> {
        let before = self.lock_model(organization_id, id)?;
        let ModelChange {
            is_read_enabled,
            display_name,
            overlap,
        } = change;
        if let (Some(true), Some(reason)) = (is_read_enabled, &before.unsupported_reason) {
            return Err(StoreError::Conflict(format!(
                "the model {} cannot be enabled for reading: {reason}",
                before.name
            )));
        }
        let changes = Changes {
            modified_at: Time(self.now()),
            is_read_enabled,
            display_name,
            overlap_seconds: overlap.map(|overlap| overlap.num_seconds()),
        };
        diesel::update(models::table.find(Id::from(id)))
            .set(changes)
            .execute(self.conn())?;
        if is_read_enabled == Some(true) && !before.is_read_enabled {
            self.catch_up_model(id)?;
        }
        self.read_model(organization_id, id)
    }
}
