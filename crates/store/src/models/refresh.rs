//! The models of a connection become what its connector offers it now.

use std::collections::HashMap;

use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
use syncline_domain::{ConnectionId, ModelId, OrganizationId};

use super::NewModel;
use crate::db::types::{Id, Time};
use crate::error::StoreError;
use crate::schema::models;
use crate::tx::Tx;

impl Tx<'_> {
    /// Makes the models that are new, and writes down of the others whether they can be synced.
    /// One that is not offered any more keeps its records and its state, and cannot be synced, for
    /// the reason `gone`; should it come back, it is enabled like a new one. Without a reason
    /// those that are not offered stay as they are.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for the connection.
    pub fn refresh_models_of_connection(
        &mut self,
        organization_id: OrganizationId,
        connection_id: ConnectionId,
        offered: Vec<NewModel>,
        gone: Option<&str>,
    ) -> Result<(), StoreError> {
        self.lock_connection(organization_id, connection_id)?;
        let known: Vec<(ModelId, String, Option<String>)> = models::table
            .filter(models::connection_id.eq(Id::from(connection_id)))
            .order(models::id)
            .select((models::id, models::name, models::unsupported_reason))
            .load(self.conn())?;
        let mut known: HashMap<String, (ModelId, Option<String>)> = known
            .into_iter()
            .map(|(id, name, reason)| (name, (id, reason)))
            .collect();
        for model in offered {
            match known.remove(&model.name) {
                None => {
                    self.insert_model(organization_id, connection_id, model)?;
                }
                Some((_, reason)) if reason == model.unsupported_reason => {}
                Some((id, _)) => self.tell_model(id, model.unsupported_reason)?,
            }
        }
        let Some(gone) = gone else { return Ok(()) };
        for (id, reason) in known.into_values() {
            if reason.as_deref() != Some(gone) {
                self.tell_model(id, Some(gone.to_owned()))?;
            }
        }
        Ok(())
    }

    fn tell_model(&mut self, id: ModelId, reason: Option<String>) -> Result<(), StoreError> {
        diesel::update(models::table.find(Id::from(id)))
            .set((
                models::modified_at.eq(Some(Time(self.now()))),
                models::is_read_enabled.eq(reason.is_none()),
                models::unsupported_reason.eq(&reason),
            ))
            .execute(self.conn())?;
        match reason {
            None => self.catch_up_model(id),
            Some(_) => Ok(()),
        }
    }
}
