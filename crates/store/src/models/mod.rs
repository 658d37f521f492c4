//! Models, with their schedules.

use chrono::Duration;
use syncline_domain::model::Model;
use syncline_domain::schedule::Schedule;
use syncline_domain::{ConnectionId, ModelId, OrganizationId, Sync};

use crate::error::StoreError;
use crate::page::{PageOf, PageRequest};
use crate::tx::Tx;

/// A model to be made with its connection.
#[derive(Debug, Clone)]
pub struct NewModel {
    /// The connector's name for it.
    pub name: String,
    /// The name for people.
    pub display_name: String,
    /// Why the connector cannot sync it; `None` when it can, and then it is enabled.
    pub unsupported_reason: Option<String>,
}

/// A model with the sync that was made for it last.
#[derive(Debug, Clone)]
pub struct ModelView {
    /// The model.
    pub model: Model,
    /// Its newest sync.
    pub last_sync: Option<Sync>,
}

/// What to change; `None` leaves it.
#[derive(Debug, Clone, Default)]
pub struct ModelChange {
    /// Whether requests without `models` and its schedule sync it.
    pub is_read_enabled: Option<bool>,
    /// The name for people.
    pub display_name: Option<String>,
    /// How far back each sync reads again.
    pub overlap: Option<Duration>,
}

impl Tx<'_> {
    /// One model.
    pub fn find_model(&mut self, organization_id: OrganizationId, id: ModelId) -> Result<Option<ModelView>, StoreError> {
        todo!()
    }

    /// Oldest first.
    pub fn list_models_of_connection(&mut self, organization_id: OrganizationId, connection_id: ConnectionId, page: PageRequest<ModelId>) -> Result<PageOf<ModelView, ModelId>, StoreError> {
        todo!()
    }

    /// All models of several connections, in two questions, for a list of connections.
    pub fn list_models_of_connections(&mut self, organization_id: OrganizationId, connection_ids: &[ConnectionId]) -> Result<Vec<ModelView>, StoreError> {
        todo!()
    }

    /// Changes it.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when it is to be enabled though its connector cannot sync it.
    pub fn update_model(&mut self, organization_id: OrganizationId, id: ModelId, change: ModelChange) -> Result<ModelView, StoreError> {
        todo!()
    }

    /// Sets or clears its schedule; the anchor is now.
    pub fn update_model_schedule(&mut self, organization_id: OrganizationId, id: ModelId, schedule: Option<Schedule>) -> Result<ModelView, StoreError> {
        todo!()
    }
}
