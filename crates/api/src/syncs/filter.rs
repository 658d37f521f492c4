//! What narrows a list of syncs.

use chrono::{DateTime, Utc};
use syncline_domain::access::Reach;
use syncline_domain::{BatchId, ConnectionId, ModelId, Status};
use syncline_store::syncs::SyncFilter;
use utoipa::IntoParams;

use super::SyncStatus;
use crate::input::{FromQuery, Query, Wrong, id};

/// Every parameter narrows the list.
#[derive(Debug, Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SyncListParams {
    /// Of this connection.
    #[param(value_type = String, required = false, nullable = false)]
    pub connection_id: Option<ConnectionId>,
    /// Of this model.
    #[param(value_type = String, required = false, nullable = false)]
    pub model_id: Option<ModelId>,
    /// In this status; given several times, in one of them.
    #[param(value_type = Vec<SyncStatus>, required = false, nullable = false)]
    pub status: Vec<Status>,
    /// Made or joined by this batch.
    #[param(value_type = String, format = Uuid, required = false, nullable = false)]
    pub batch_id: Option<BatchId>,
    /// Made at this moment or later.
    #[param(nullable = false)]
    pub created_from: Option<DateTime<Utc>>,
    /// Made before this moment.
    #[param(nullable = false)]
    pub created_before: Option<DateTime<Utc>>,
}

impl FromQuery for SyncListParams {
    fn read(query: &mut Query) -> Option<Self> {
        Some(Self {
            connection_id: query.optional("connection_id", id),
            model_id: query.optional("model_id", id),
            status: query.several("status", status),
            batch_id: query.optional("batch_id", id),
            created_from: query.time("created_from"),
            created_before: query.time("created_before"),
        })
    }
}

impl From<SyncListParams> for SyncFilter {
    fn from(params: SyncListParams) -> Self {
        let SyncListParams {
            connection_id,
            model_id,
            status,
            batch_id,
            created_from,
            created_before,
        } = params;
        Self {
            reach: Reach::All,
            connection_id,
            model_id,
            statuses: status,
            batch_id,
            created_from,
            created_before,
        }
    }
}

/// A status by its name.
///
/// # Errors
/// With all the names there are.
pub fn status(text: &str) -> Result<Status, Wrong> {
    text.parse().map_err(|_| {
        let names = Status::ALL.map(Status::as_str).join(", ");
        Wrong::new(format!("must be one of {names}"))
    })
}
