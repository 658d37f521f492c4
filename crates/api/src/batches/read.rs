//! `GET /batches/{batch_id}`

use actix_web::{get, web};
use syncline_domain::BatchId;

use super::view::BatchView;
use crate::answer::Answer;
use crate::api::Api;
use crate::input::{Call, Id, NoQuery};
use crate::problem::Problem;

/// Read a batch
///
/// The syncs of one request: those that it made, and those that waited already and that it joined.
#[utoipa::path(
    tag = "batches",
    params(("batch_id" = Uuid, Path, description = "The batch, as `Syncline-Batch-Id` names it.")),
    responses((status = 200, description = "The batch.", body = BatchView))
)]
#[get("/batches/{batch_id}")]
pub async fn read_batch(
    api: web::Data<Api>,
    call: Call<NoQuery>,
    id: Id<BatchId>,
) -> Result<Answer, Problem> {
    let organization_id = call.caller.organization_id;
    let found = api
        .store
        .read(move |tx| tx.find_batch(organization_id, id.0))
        .await?;
    let batch = found.ok_or_else(|| Problem::not_found("batch", &id.0.to_string()))?;
    Answer::ok(&BatchView::from(batch))
}
