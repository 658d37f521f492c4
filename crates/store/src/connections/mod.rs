//! Connections. The scope of every question is an organization.

mod delete;
mod find;
mod insert;
mod owner;
mod row;
mod update;

use serde_json::{Map, Value};
#[cfg(doc)]
use syncline_domain::connection::Connection;
use syncline_domain::{ConnectionId, OrganizationId};

use crate::error::StoreError;
use crate::models::NewModel;
use crate::secrets::Secrets;
use crate::sql::json_of;

/// A connection to be made.
#[derive(Debug, Clone)]
pub struct NewConnection {
    /// The tenant.
    pub organization_id: OrganizationId,
    /// What its owner calls it.
    pub name: String,
    /// Its connector.
    pub provider_name: String,
    /// See [`Connection`].
    pub api_url: Option<String>,
    /// See [`Connection`].
    pub is_on_premise: bool,
    /// See [`Connection`].
    pub company: Option<String>,
    /// See [`Connection`].
    pub environment: Option<String>,
    /// Without secrets.
    pub config: Map<String, Value>,
    /// To be encrypted.
    pub secrets: Secrets,
    /// What its connector offers.
    pub models: Vec<NewModel>,
}

/// What to change; `None` leaves it.
#[derive(Debug, Clone, Default)]
pub struct ConnectionChange {
    /// A new name.
    pub name: Option<String>,
    /// `Some(None)` clears it.
    pub api_url: Option<Option<String>>,
    /// See [`Connection`].
    pub is_on_premise: Option<bool>,
    /// `Some(None)` clears it.
    pub company: Option<Option<String>>,
    /// `Some(None)` clears it.
    pub environment: Option<Option<String>>,
    /// Disabling holds what is queued; enabling lets it go on.
    pub is_sync_disabled: Option<bool>,
    /// The whole configuration as it shall be, secrets apart.
    pub config: Option<(Map<String, Value>, Secrets)>,
}

fn secret_names(secrets: &Secrets) -> Result<String, StoreError> {
    json_of(&secrets.0.keys().collect::<Vec<_>>())
}

pub(crate) fn not_found(id: ConnectionId) -> StoreError {
    StoreError::NotFound {
        what: "connection",
        id: id.to_string(),
    }
}
