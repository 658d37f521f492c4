//! `GET /models/{model_id}/state`

use actix_web::{get, web};
use syncline_domain::ModelId;

use super::view::ModelStateView;
use crate::answer::Answer;
use crate::api::Api;
use crate::input::{Call, Id, NoQuery};
use crate::problem::Problem;

/// Export a model's state
///
/// How far it is proven to be synced, in the shape of the stream's state in Airbyte. It moves
/// while a sync runs.
#[utoipa::path(
    tag = "models",
    params(("model_id" = String, Path, description = "The model.")),
    responses((status = 200, description = "The state; empty before the first sync.", body = ModelStateView))
)]
#[get("/models/{model_id}/state")]
pub async fn read_model_state(
    api: web::Data<Api>,
    call: Call<NoQuery>,
    id: Id<ModelId>,
) -> Result<Answer, Problem> {
    let organization_id = call.caller.organization_id;
    let view = api
        .store
        .read(move |tx| {
            let rows = tx.list_model_states(organization_id, id.0)?;
            Ok::<_, Problem>(ModelStateView::new(id.0, &rows))
        })
        .await?;
    Answer::ok(&view)
}
