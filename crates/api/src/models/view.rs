//! A Model on the wire.

use chrono::{DateTime, Utc};
use serde::Serialize;
use syncline_domain::model::Model;
use syncline_store::models::ModelView as StoredModel;
use utoipa::ToSchema;

use crate::syncs::SyncView;
use crate::time;

/// One kind of object of a connection.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Model)]
pub struct ModelView {
    /// When it was made.
    #[serde(serialize_with = "time::required")]
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    #[serde(serialize_with = "time::nullable")]
    #[schema(required, example = json!(null))]
    pub modified_at: Option<DateTime<Utc>>,
    /// Its id.
    #[schema(example = "model_01h455vb4pex5vsknk084sn02q")]
    pub id: String,
    /// The provider's name for it.
    #[schema(example = "customers")]
    pub name: String,
    /// The name for people.
    #[schema(example = "Customers")]
    pub display_name: String,
    /// The connection that it belongs to.
    #[schema(example = "conn_01h455vb4pex5vsknk084sn02q")]
    pub connection_id: String,
    /// Whether a request without `models`, or its schedule, syncs it.
    #[schema(example = true)]
    pub is_read_enabled: bool,
    /// Always false: nothing is written to providers.
    pub is_write_enabled: bool,
    /// Always false.
    pub is_custom_object: bool,
    /// Always false: this model takes no files.
    pub is_file_upload_enabled: bool,
    /// Always false: the provider sends no webhooks.
    pub is_webhooks_setup: bool,
    /// Whether the provider's connector can read it.
    #[schema(example = true)]
    pub is_read_supported: bool,
    /// Always false: nothing is written to providers.
    pub is_write_supported: bool,
    /// Whether it can be synced; `GET /v2/integrations/providers/{provider_name}` says why not.
    #[schema(example = true)]
    pub is_sync_supported: bool,
    /// When its schedule makes the next sync; null without one, and while model or connection are
    /// disabled.
    #[serde(serialize_with = "time::nullable")]
    #[schema(required, example = "2026-01-31T13:00:00.000000Z")]
    pub next_sync_at: Option<DateTime<Utc>>,
    /// Its newest sync.
    #[schema(required)]
    pub last_sync: Option<SyncView>,
    /// Always `model`.
    #[schema(example = "model")]
    pub object: &'static str,
}

impl From<StoredModel> for ModelView {
    fn from(stored: StoredModel) -> Self {
        let StoredModel { model, last_sync } = stored;
        let is_supported = model.is_sync_supported();
        let Model {
            id,
            organization_id: _,
            connection_id,
            created_at,
            modified_at,
            name,
            display_name,
            is_read_enabled,
            unsupported_reason: _,
            schedule: _,
            schedule_anchor: _,
            next_sync_at,
            overlap: _,
            is_synced: _,
        } = model;
        Self {
            created_at,
            modified_at,
            id: id.to_string(),
            name,
            display_name,
            connection_id: connection_id.to_string(),
            is_read_enabled,
            is_write_enabled: false,
            is_custom_object: false,
            is_file_upload_enabled: false,
            is_webhooks_setup: false,
            is_read_supported: is_supported,
            is_write_supported: false,
            is_sync_supported: is_supported,
            next_sync_at,
            last_sync: last_sync.map(SyncView::from),
            object: "model",
        }
    }
}
