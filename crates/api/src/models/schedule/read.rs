//! `GET /models/{model_id}/schedule`

use actix_web::{get, web};
use syncline_domain::ModelId;

use super::view::ScheduleView;
use crate::answer::Answer;
use crate::api::Api;
use crate::input::{Call, Id, NoQuery};
use crate::problem::Problem;

/// Read a model's schedule
///
/// `interval_seconds` and `cron` are both null when there is none.
#[utoipa::path(
    tag = "models",
    params(("model_id" = String, Path, description = "The model.")),
    responses((status = 200, description = "The schedule, also when there is none.", body = ScheduleView))
)]
#[get("/models/{model_id}/schedule")]
pub async fn read_model_schedule(
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
    Answer::ok(&ScheduleView::from(model))
}
