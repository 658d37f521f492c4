//! What narrows a list of held deletes.

use syncline_domain::access::Reach;
use syncline_domain::held::HeldStatus;
use syncline_domain::{ConnectionId, ModelId};
use syncline_store::held::HeldFilter;
use utoipa::IntoParams;

use super::view::HeldStatusView;
use crate::input::{FromQuery, Query, Wrong, id};

/// Every parameter narrows the list.
#[derive(Debug, Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct HeldListParams {
    /// Of this connection.
    #[param(value_type = String, required = false, nullable = false)]
    pub connection_id: Option<ConnectionId>,
    /// Of this model.
    #[param(value_type = String, required = false, nullable = false)]
    pub model_id: Option<ModelId>,
    /// In this status; given several times, in one of them.
    #[param(value_type = Vec<HeldStatusView>, required = false, nullable = false)]
    pub status: Vec<HeldStatus>,
}

impl FromQuery for HeldListParams {
    fn read(query: &mut Query) -> Option<Self> {
        Some(Self {
            connection_id: query.optional("connection_id", id),
            model_id: query.optional("model_id", id),
            status: query.several("status", |text| {
                text.parse().map_err(|_| {
                    let names = HeldStatus::ALL.map(HeldStatus::as_str).join(", ");
                    Wrong::new(format!("must be one of {names}"))
                })
            }),
        })
    }
}

impl HeldListParams {
    /// Within what a token reaches.
    pub fn within(self, reach: Reach) -> HeldFilter {
        let Self {
            connection_id,
            model_id,
            status,
        } = self;
        HeldFilter {
            reach,
            connection_id,
            model_id,
            statuses: status,
        }
    }
}
