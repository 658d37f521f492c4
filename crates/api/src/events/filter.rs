//! What narrows the feed of events.

use syncline_domain::access::Reach;
use syncline_domain::{ConnectionId, ModelId, SyncId};
use syncline_store::events::EventFilter;
use utoipa::IntoParams;

use crate::input::{FromQuery, Query, id};

/// Every parameter narrows the feed; a cursor is only good for the same ones.
#[derive(Debug, Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct EventListParams {
    /// Of syncs of this connection.
    #[param(value_type = String, required = false, nullable = false)]
    pub connection_id: Option<ConnectionId>,
    /// Of syncs of this model.
    #[param(value_type = String, required = false, nullable = false)]
    pub model_id: Option<ModelId>,
    /// Of this sync.
    #[param(value_type = String, required = false, nullable = false)]
    pub sync_id: Option<SyncId>,
}

impl FromQuery for EventListParams {
    fn read(query: &mut Query) -> Option<Self> {
        Some(Self {
            connection_id: query.optional("connection_id", id),
            model_id: query.optional("model_id", id),
            sync_id: query.optional("sync_id", id),
        })
    }
}

impl EventListParams {
    /// Within what a token reaches.
    pub fn within(self, reach: Reach) -> EventFilter {
        let Self {
            connection_id,
            model_id,
            sync_id,
        } = self;
        EventFilter {
            reach,
            connection_id,
            model_id,
            sync_id,
        }
    }
}
