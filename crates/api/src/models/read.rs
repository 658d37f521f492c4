//! `GET /models/{model_id}`

use actix_web::{get, web};
use syncline_domain::ModelId;

use super::view::ModelView;
use crate::answer::Answer;
use crate::api::Api;
use crate::input::{Call, Id, NoQuery};
use crate::problem::Problem;

/// Read a model
///
/// With its newest sync.
#[utoipa::path(
    tag = "models",
    params(("model_id" = String, Path, description = "The model.")),
    responses((status = 200, description = "The model, with its newest sync.", body = ModelView))
)]
#[get("/models/{model_id}")]
pub async fn read_model(
    api: web::Data<Api>,
    call: Call<NoQuery>,
    id: Id<ModelId>,
) -> Result<Answer, Problem> {
    let organization_id = call.caller.organization_id;
    let found = api
        .store
        .read(move |tx| tx.find_model(organization_id, id.0))
        .await?;
    let model = found.ok_or_else(|| Problem::not_found("model", &id.0.to_string()))?;
    Answer::ok(&ModelView::from(model))
}
