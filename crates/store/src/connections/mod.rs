//! Connections. The scope of every question is an organization.

use serde_json::{Map, Value};
use syncline_domain::connection::Connection;
use syncline_domain::health::Health;
use syncline_domain::{ConnectionId, OrganizationId};

use crate::error::StoreError;
use crate::models::NewModel;
use crate::page::{PageOf, PageRequest};
use crate::secrets::Secrets;
use crate::tx::Tx;

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

impl Tx<'_> {
    /// Makes a connection with its models.
    pub fn insert_connection(&mut self, new: NewConnection) -> Result<Connection, StoreError> {
        todo!()
    }

    /// One connection; none when it was deleted.
    pub fn find_connection(&mut self, organization_id: OrganizationId, id: ConnectionId) -> Result<Option<Connection>, StoreError> {
        todo!()
    }

    /// Oldest first.
    pub fn list_connections_of_organization(&mut self, organization_id: OrganizationId, page: PageRequest<ConnectionId>) -> Result<PageOf<Connection, ConnectionId>, StoreError> {
        todo!()
    }

    /// Its secrets in the clear.
    pub fn read_connection_secrets(&mut self, organization_id: OrganizationId, id: ConnectionId) -> Result<Secrets, StoreError> {
        todo!()
    }

    /// Changes it. Disabling it applies `hold` to what is queued, in the same transaction.
    pub fn update_connection(&mut self, organization_id: OrganizationId, id: ConnectionId, change: ConnectionChange) -> Result<Connection, StoreError> {
        todo!()
    }

    /// What a check or a sync found out. Does not touch `modified_at`.
    pub fn update_connection_health(&mut self, id: ConnectionId, health: &Health) -> Result<(), StoreError> {
        todo!()
    }

    /// Cancels all its syncs; from then on it and all below it are not found. Its rows are purged
    /// later, by [`purge_deleted`](Tx::purge_deleted).
    pub fn delete_connection(&mut self, organization_id: OrganizationId, id: ConnectionId) -> Result<(), StoreError> {
        todo!()
    }

    /// Removes at most `limit` rows of deleted connections; gives how many went.
    pub fn purge_deleted(&mut self, limit: i64) -> Result<usize, StoreError> {
        todo!()
    }
}
