//! `POST /batches/{batch_id}/cancel`

use actix_web::{post, web};
use syncline_domain::BatchId;

use super::view::BatchView;
use crate::answer::Answer;
use crate::api::Api;
use crate::input::{Id, Nothing, Write};
use crate::problem::Problem;

/// Cancel a batch
///
/// Stops its syncs, but for those that somebody else still wants: the model's schedule, or another
/// batch that was not cancelled. Cancelling it again changes nothing.
#[utoipa::path(
    tag = "batches",
    params(("batch_id" = Uuid, Path, description = "The batch.")),
    responses((status = 200, description = "The batch as it is now.", body = BatchView))
)]
#[post("/batches/{batch_id}/cancel")]
pub async fn cancel_batch(
    api: web::Data<Api>,
    write: Write<Nothing>,
    id: Id<BatchId>,
) -> Result<Answer, Problem> {
    let organization_id = write.change.caller.organization_id;
    write
        .change
        .run(&api, move |tx| {
            let batch = tx.cancel_batch(organization_id, id.0)?;
            Answer::ok(&BatchView::from(batch))
        })
        .await
}
