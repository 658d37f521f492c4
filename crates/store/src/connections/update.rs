//! A connection changes.

use diesel::{AsChangeset, ExpressionMethods, QueryDsl, RunQueryDsl};
use syncline_domain::connection::Connection;
use syncline_domain::health::Health;
use syncline_domain::{ConnectionId, OrganizationId};

use super::{ConnectionChange, secret_names};
use crate::db::types::{Id, JsonText, Time};
use crate::error::StoreError;
use crate::schema::connections;
use crate::sql::json_of;
use crate::tx::Tx;

/// An inner `None` clears the column.
#[derive(AsChangeset)]
#[diesel(table_name = connections)]
struct Changes {
    modified_at: Time,
    name: Option<String>,
    api_url: Option<Option<String>>,
    is_on_premise: Option<bool>,
    company: Option<Option<String>>,
    environment: Option<Option<String>>,
    is_sync_disabled: Option<bool>,
    config: Option<JsonText>,
    secret_names: Option<JsonText>,
}

impl Tx<'_> {
    /// Changes it. Disabling it applies `hold` to what is queued, in the same transaction.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn update_connection(
        &mut self,
        organization_id: OrganizationId,
        id: ConnectionId,
        change: ConnectionChange,
    ) -> Result<Connection, StoreError> {
        let before = self.lock_connection(organization_id, id)?;
        let ConnectionChange {
            name,
            api_url,
            is_on_premise,
            company,
            environment,
            is_sync_disabled,
            config,
        } = change;
        let (config, names) = match config {
            None => (None, None),
            Some((config, secrets)) => {
                self.write_config_secrets(organization_id, id, &secrets)?;
                self.delete_bucket(id)?;
                (
                    Some(JsonText(json_of(&config)?)),
                    Some(JsonText(secret_names(&secrets)?)),
                )
            }
        };
        let changes = Changes {
            modified_at: Time(self.now()),
            name,
            api_url,
            is_on_premise,
            company,
            environment,
            is_sync_disabled,
            config,
            secret_names: names,
        };
        diesel::update(connections::table.find(Id::from(id)))
            .set(changes)
            .execute(self.conn())?;
        if is_sync_disabled == Some(true) && !before.is_sync_disabled {
            self.hold_queued_of_connection(id)?;
        }
        if is_sync_disabled == Some(false) && before.is_sync_disabled {
            self.catch_up_models_of_connection(id)?;
        }
        self.find_connection(organization_id, id)?
            .ok_or_else(|| super::not_found(id))
    }

    /// What a check or a sync found out. Does not touch `modified_at`.
    ///
    /// # Errors
    /// Failures of the database alone.
    pub fn update_connection_health(
        &mut self,
        id: ConnectionId,
        health: &Health,
    ) -> Result<(), StoreError> {
        let Health {
            healthy,
            authentication_required,
            message,
            status_code,
            suggested_resolution,
            timestamp,
        } = health;
        diesel::update(connections::table.find(Id::from(id)))
            .set((
                connections::health_healthy.eq(healthy),
                connections::health_authentication_required.eq(authentication_required),
                connections::health_message.eq(message),
                connections::health_status_code.eq(status_code),
                connections::health_suggested_resolution.eq(suggested_resolution),
                connections::health_timestamp.eq(timestamp.map(Time)),
            ))
            .execute(self.conn())?;
        Ok(())
    }
}
