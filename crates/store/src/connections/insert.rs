//! A connection is made, with its models.

use diesel::{ExpressionMethods, RunQueryDsl};
use syncline_domain::ConnectionId;
use syncline_domain::connection::Connection;

use super::{NewConnection, secret_names};
use crate::db::types::{Id, JsonText, Time};
use crate::error::StoreError;
use crate::schema::connections;
use crate::sql::json_of;
use crate::tx::Tx;

impl Tx<'_> {
    /// Makes a connection with its models.
    ///
    /// # Errors
    /// [`StoreError::Open`] when it has secrets and this process has no master key.
    pub fn insert_connection(&mut self, new: NewConnection) -> Result<Connection, StoreError> {
        let NewConnection {
            organization_id,
            name,
            provider_name,
            api_url,
            is_on_premise,
            company,
            environment,
            config,
            secrets,
            models,
        } = new;
        let id = ConnectionId::from_parts(self.now(), self.entropy());
        let now = Time(self.now());
        diesel::insert_into(connections::table)
            .values((
                connections::id.eq(Id::from(id)),
                connections::organization_id.eq(Id::from(organization_id)),
                connections::created_at.eq(now),
                connections::name.eq(name),
                connections::provider_name.eq(provider_name),
                connections::api_url.eq(api_url),
                connections::is_on_premise.eq(is_on_premise),
                connections::company.eq(company),
                connections::environment.eq(environment),
                connections::is_sync_disabled.eq(false),
                connections::config.eq(JsonText(json_of(&config)?)),
                connections::secret_names.eq(JsonText(secret_names(&secrets)?)),
                connections::health_authentication_required.eq(false),
            ))
            .execute(self.conn())?;
        self.write_config_secrets(organization_id, id, &secrets)?;
        for model in models {
            self.insert_model(organization_id, id, model)?;
        }
        self.find_connection(organization_id, id)?
            .ok_or_else(|| super::not_found(id))
    }
}
