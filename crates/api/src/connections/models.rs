//! `GET /connections/{connection_id}/models`

use actix_web::{get, web};
use syncline_domain::ConnectionId;

use crate::answer::Answer;
use crate::api::Api;
use crate::input::{Id, List, NoQuery, PagingParams};
use crate::models::ModelView;
use crate::problem::Problem;

/// List the models of a connection
///
/// In the provider's order.
#[utoipa::path(
    tag = "models",
    params(("connection_id" = String, Path, description = "The connection."), PagingParams),
    responses((status = 200, description = "A page of models.", body = Vec<ModelView>))
)]
#[get("/connections/{connection_id}/models")]
pub async fn list_models_of_connection(
    api: web::Data<Api>,
    list: List<NoQuery>,
    id: Id<ConnectionId>,
) -> Result<Answer, Problem> {
    let (organization_id, page) = (list.caller.organization_id, list.page()?);
    let page = api
        .store
        .read(move |tx| {
            tx.find_connection(organization_id, id.0)?
                .ok_or_else(|| Problem::not_found("connection", &id.0.to_string()))?;
            Ok::<_, Problem>(tx.list_models_of_connection(organization_id, id.0, page)?)
        })
        .await?;
    list.answer::<ModelView, _, _>(page)
}
