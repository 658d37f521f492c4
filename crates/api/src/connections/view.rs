//! A Connection on the wire.

use chrono::{DateTime, Utc};
use serde::Serialize;
use syncline_domain::connection::Connection;
use syncline_domain::health::Health;
use syncline_domain::{ConnectionId, OrganizationId};
use syncline_store::error::StoreError;
use syncline_store::models::ModelView as StoredModel;
use syncline_store::tx::Tx;
use utoipa::ToSchema;

use crate::models::ModelView;
use crate::problem::Problem;
use crate::time;

/// One account at a provider.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Connection)]
pub struct ConnectionView {
    /// When it was made.
    #[serde(serialize_with = "time::required")]
    pub created_at: DateTime<Utc>,
    /// When a caller last changed it.
    #[serde(serialize_with = "time::nullable")]
    #[schema(required, example = json!(null))]
    pub modified_at: Option<DateTime<Utc>>,
    /// Its id.
    #[schema(example = "conn_01h455vb4pex5vsknk084sn02q")]
    pub id: String,
    /// What its owner calls it.
    #[schema(example = "Books of Acme")]
    pub name: String,
    /// The provider that it belongs to.
    #[schema(example = "demo")]
    pub provider_name: String,
    /// Where the outside system is, for people: what is called follows `config`.
    #[schema(required, example = "https://books.example.com")]
    pub api_url: Option<String>,
    /// Whether the outside system stands in the customer's own house.
    pub is_on_premise: bool,
    /// The customer, in the caller's own words.
    #[schema(required, example = "Acme")]
    pub company: Option<String>,
    /// For example `production` or `sandbox`.
    #[schema(required, example = "production")]
    pub environment: Option<String>,
    /// Whether somebody has to sign in again: the same as `health.authentication_required`.
    pub is_authentication_pending: bool,
    /// Always false: a connection is set up when it is made.
    pub is_running_setup: bool,
    /// While true no sync of it starts; those that wait go on waiting.
    pub is_sync_disabled: bool,
    /// What is known of its health.
    pub health: HealthView,
    /// Its models.
    pub models: Vec<ModelView>,
    /// Always `connection`.
    #[schema(example = "connection")]
    pub object: &'static str,
}

/// The outcome of the last check, or of the last sync that told something about the connection.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConnectionHealth)]
pub struct HealthView {
    /// Whether somebody has to sign in again, or give another credential.
    pub authentication_required: bool,
    /// For people.
    #[schema(required, example = json!(null))]
    pub message: Option<String>,
    /// Null before the first check.
    #[schema(required, example = true)]
    pub healthy: Option<bool>,
    /// The HTTP status that the provider answered, if it answered.
    #[schema(required, example = 200)]
    pub status_code: Option<i32>,
    /// What a person can do about it.
    #[schema(required, example = json!(null))]
    pub suggested_resolution: Option<String>,
    /// When this was found.
    #[serde(serialize_with = "time::nullable")]
    #[schema(required, example = "2026-01-31T12:00:00.000000Z")]
    pub timestamp: Option<DateTime<Utc>>,
}

impl ConnectionView {
    /// One connection with its models.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorCode::NotFound).
    pub fn read(
        tx: &mut Tx<'_>,
        organization_id: OrganizationId,
        id: ConnectionId,
    ) -> Result<Self, Problem> {
        let found = tx.find_connection(organization_id, id)?;
        let connection = found.ok_or_else(|| Problem::not_found("connection", &id.to_string()))?;
        Ok(Self::with_models(tx, connection)?)
    }

    /// A connection that was read, with its models.
    ///
    /// # Errors
    /// The store's.
    pub fn with_models(tx: &mut Tx<'_>, connection: Connection) -> Result<Self, StoreError> {
        let models = tx.list_models_of_connections(connection.organization_id, &[connection.id])?;
        Ok(Self::new(connection, models))
    }

    /// Connections that were read, each with its models.
    ///
    /// # Errors
    /// The store's.
    pub fn all(
        tx: &mut Tx<'_>,
        organization_id: OrganizationId,
        connections: Vec<Connection>,
    ) -> Result<Vec<Self>, StoreError> {
        let ids: Vec<_> = connections.iter().map(|connection| connection.id).collect();
        let mut models = tx.list_models_of_connections(organization_id, &ids)?;
        let views = connections.into_iter().map(|connection| {
            let own = models
                .extract_if(.., |view| view.model.connection_id == connection.id)
                .collect();
            Self::new(connection, own)
        });
        Ok(views.collect())
    }

    fn new(connection: Connection, models: Vec<StoredModel>) -> Self {
        let Connection {
            id,
            organization_id: _,
            created_at,
            modified_at,
            name,
            provider_name,
            api_url,
            is_on_premise,
            company,
            environment,
            is_sync_disabled,
            config: _,
            secret_names: _,
            health,
        } = connection;
        Self {
            created_at,
            modified_at,
            id: id.to_string(),
            name,
            provider_name,
            api_url,
            is_on_premise,
            company,
            environment,
            is_authentication_pending: health.authentication_required,
            is_running_setup: false,
            is_sync_disabled,
            health: health.into(),
            models: models.into_iter().map(ModelView::from).collect(),
            object: "connection",
        }
    }
}

impl From<Health> for HealthView {
    fn from(health: Health) -> Self {
        let Health {
            healthy,
            authentication_required,
            message,
            status_code,
            suggested_resolution,
            timestamp,
        } = health;
        Self {
            authentication_required,
            message,
            healthy,
            status_code,
            suggested_resolution,
            timestamp,
        }
    }
}
