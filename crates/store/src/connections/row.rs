//! A connection as it stands in its row.

use chrono::{DateTime, Utc};
use diesel::{Queryable, QueryableByName, Selectable};
use syncline_domain::connection::Connection;
use syncline_domain::health::Health;
use syncline_domain::{ConnectionId, OrganizationId};

use crate::db::connection::MultiBackend;
use crate::db::types::JsonText;
use crate::error::StoreError;
use crate::schema::connections;

/// The columns of [`ConnectionRow`], of a table that is called `c`.
pub(super) const COLUMNS: &str = "c.id, c.organization_id, c.created_at, c.modified_at, c.name, c.provider_name, \
    c.api_url, c.is_on_premise, c.company, c.environment, c.is_sync_disabled, c.config, \
    c.secret_names, c.health_healthy, c.health_authentication_required, c.health_message, \
    c.health_status_code, c.health_suggested_resolution, c.health_timestamp";

#[derive(Queryable, Selectable, QueryableByName)]
#[diesel(table_name = connections, check_for_backend(MultiBackend))]
pub(super) struct ConnectionRow {
    id: ConnectionId,
    organization_id: OrganizationId,
    created_at: DateTime<Utc>,
    modified_at: Option<DateTime<Utc>>,
    name: String,
    provider_name: String,
    api_url: Option<String>,
    is_on_premise: bool,
    company: Option<String>,
    environment: Option<String>,
    is_sync_disabled: bool,
    config: JsonText,
    secret_names: JsonText,
    health_healthy: Option<bool>,
    health_authentication_required: bool,
    health_message: Option<String>,
    health_status_code: Option<i32>,
    health_suggested_resolution: Option<String>,
    health_timestamp: Option<DateTime<Utc>>,
}

impl ConnectionRow {
    pub(super) fn into_connection(self) -> Result<Connection, StoreError> {
        let Self {
            id,
            organization_id,
            created_at,
            modified_at,
            name,
            provider_name,
            api_url,
            is_on_premise,
            company,
            environment,
            is_sync_disabled,
            config,
            secret_names,
            health_healthy,
            health_authentication_required,
            health_message,
            health_status_code,
            health_suggested_resolution,
            health_timestamp,
        } = self;
        let corrupt = |what: &str, error: serde_json::Error| {
            StoreError::Corrupt(format!("the {what} of {id}: {error}"))
        };
        Ok(Connection {
            id,
            organization_id,
            created_at,
            modified_at,
            name,
            provider_name,
            api_url,
            is_on_premise,
            company,
            environment,
            is_sync_disabled,
            config: serde_json::from_str(&config.0).map_err(|e| corrupt("configuration", e))?,
            secret_names: serde_json::from_str(&secret_names.0)
                .map_err(|e| corrupt("names of secrets", e))?,
            health: Health {
                healthy: health_healthy,
                authentication_required: health_authentication_required,
                message: health_message,
                status_code: health_status_code,
                suggested_resolution: health_suggested_resolution,
                timestamp: health_timestamp,
            },
        })
    }
}
