//! `GET /connections/{connection_id}/syncs`

use actix_web::{get, web};
use syncline_domain::{ConnectionId, ModelId, Status};
use syncline_store::syncs::SyncFilter;
use utoipa::IntoParams;

use crate::answer::Answer;
use crate::api::Api;
use crate::input::{FromQuery, Id, List, PagingParams, Query, id};
use crate::problem::Problem;
use crate::syncs::{SyncStatus, SyncView, status};

/// Every parameter narrows the list.
#[derive(Debug, Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ConnectionSyncsParams {
    /// Of this model.
    #[param(value_type = String, required = false, nullable = false)]
    pub model_id: Option<ModelId>,
    /// In this status; given several times, in one of them.
    #[param(value_type = Vec<SyncStatus>, required = false, nullable = false)]
    pub status: Vec<Status>,
}

impl FromQuery for ConnectionSyncsParams {
    fn read(query: &mut Query) -> Option<Self> {
        Some(Self {
            model_id: query.optional("model_id", id),
            status: query.several("status", status),
        })
    }
}

/// List the syncs of a connection
///
/// Newest first.
#[utoipa::path(
    tag = "syncs",
    params(
        ("connection_id" = String, Path, description = "The connection."),
        ConnectionSyncsParams,
        PagingParams
    ),
    responses((status = 200, description = "A page of syncs.", body = Vec<SyncView>))
)]
#[get("/connections/{connection_id}/syncs")]
pub async fn list_syncs_of_connection(
    api: web::Data<Api>,
    mut list: List<ConnectionSyncsParams>,
    id: Id<ConnectionId>,
) -> Result<Answer, Problem> {
    let (organization_id, page) = (list.caller.organization_id, list.page()?);
    let ConnectionSyncsParams { model_id, status } = std::mem::take(&mut list.filter);
    let connection_id = Some(id.0);
    let filter = SyncFilter {
        connection_id,
        model_id,
        statuses: status,
        ..SyncFilter::default()
    };
    let page = api
        .store
        .read(move |tx| {
            tx.find_connection(organization_id, id.0)?
                .ok_or_else(|| Problem::not_found("connection", &id.0.to_string()))?;
            Ok::<_, Problem>(tx.list_syncs_of_organization(organization_id, &filter, page)?)
        })
        .await?;
    list.answer::<SyncView, _, _>(page)
}
