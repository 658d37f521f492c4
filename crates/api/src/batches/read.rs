//! `GET /batches/{batch_id}`

use actix_web::{get, web};
use syncline_domain::BatchId;

use super::view::BatchView;
use crate::answer::Answer;
use crate::api::Api;
use crate::input::{Call, Id};
use crate::problem::Problem;
use crate::wait::{WaitParams, read_when_final};

/// Read a batch
///
/// The syncs of one request: those that it made, and those that waited already and that it joined;
/// and their sums. With `wait`, answers once all of them are final, or as they stand when the time
/// is over.
#[utoipa::path(
    tag = "batches",
    params(("batch_id" = Uuid, Path, description = "The batch, as `Syncline-Batch-Id` names it."), WaitParams),
    responses((status = 200, description = "The batch.", body = BatchView))
)]
#[get("/batches/{batch_id}")]
pub async fn read_batch(
    api: web::Data<Api>,
    call: Call<WaitParams>,
    id: Id<BatchId>,
) -> Result<Answer, Problem> {
    let organization_id = call.caller.organization_id;
    let read = async || {
        let found = api
            .store
            .read(move |tx| tx.find_batch(organization_id, id.0))
            .await?;
        found.ok_or_else(|| Problem::not_found("batch", &id.0.to_string()))
    };
    let batch = read_when_final(&api, call.query, read, |batch| batch.open_syncs()).await?;
    Answer::ok(&BatchView::from(batch))
}
