//! `GET /models/{model_id}/records/{record_id}`

use actix_web::{get, web};
use syncline_domain::{ModelId, RecordId};

use super::view::RecordView;
use crate::answer::Answer;
use crate::api::Api;
use crate::input::{Call, Id, NoQuery};
use crate::problem::Problem;

/// Read a record
///
/// Deleted or not, for as long as deletions are kept.
#[utoipa::path(
    tag = "records",
    params(
        ("model_id" = String, Path, description = "The model."),
        ("record_id" = String, Path, description = "The record.")
    ),
    responses((status = 200, description = "The record.", body = RecordView))
)]
#[get("/models/{model_id}/records/{record_id}")]
pub async fn read_record(
    api: web::Data<Api>,
    call: Call<NoQuery>,
    model_id: Id<ModelId>,
    id: Id<RecordId>,
) -> Result<Answer, Problem> {
    let organization_id = call.caller.organization_id;
    let (model_id, id) = (model_id.0, id.0);
    let found = api
        .store
        .read(move |tx| tx.find_record(organization_id, model_id, id))
        .await?;
    let record = found.ok_or_else(|| Problem::not_found("record", &id.to_string()))?;
    Answer::ok(&RecordView::of_feed(record, organization_id, model_id))
}
