//! `POST /syncs/{sync_id}/retry`

use actix_web::{post, web};
use syncline_domain::SyncId;

use super::SyncView;
use crate::answer::Answer;
use crate::api::Api;
use crate::input::{Id, Nothing, Write};
use crate::problem::Problem;

/// Retry a sync
///
/// A failed or cancelled sync stays as it is: the answer is a new sync of the same scope (or its
/// twin that waits already), and `Syncline-Batch-Id` names its batch. A `pending_retry` becomes
/// due now. Other statuses answer 409.
#[utoipa::path(
    tag = "syncs",
    params(("sync_id" = String, Path, description = "The sync.")),
    responses((
        status = 200,
        description = "The sync that runs now.",
        body = SyncView,
        headers(("Syncline-Batch-Id" = uuid::Uuid, description = "The batch of the new sync, if one was made."))
    ))
)]
#[post("/syncs/{sync_id}/retry")]
pub async fn retry_sync(
    api: web::Data<Api>,
    write: Write<Nothing>,
    id: Id<SyncId>,
) -> Result<Answer, Problem> {
    let organization_id = write.change.caller.organization_id;
    write
        .change
        .run(&api, move |tx| {
            let (sync, batch_id) = tx.retry_sync(organization_id, id.0)?;
            let answer = Answer::ok(&SyncView::from(sync))?;
            Ok(match batch_id {
                Some(batch_id) => answer.header("Syncline-Batch-Id", batch_id.to_string()),
                None => answer,
            })
        })
        .await
}
