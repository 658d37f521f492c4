//! `POST /syncs/{sync_id}/cancel`

use actix_web::{post, web};
use syncline_domain::SyncId;

use super::SyncView;
use crate::answer::Answer;
use crate::api::Api;
use crate::input::{Id, Nothing, Write};
use crate::problem::Problem;

/// Cancel a sync
///
/// Works in every status that is not final. What it has committed stays. Cancelling it again
/// changes nothing; a complete or failed sync answers 409.
#[utoipa::path(
    tag = "syncs",
    params(("sync_id" = String, Path, description = "The sync.")),
    responses((status = 200, description = "The cancelled sync.", body = SyncView))
)]
#[post("/syncs/{sync_id}/cancel")]
pub async fn cancel_sync(
    api: web::Data<Api>,
    write: Write<Nothing>,
    id: Id<SyncId>,
) -> Result<Answer, Problem> {
    let organization_id = write.change.caller.organization_id;
    write
        .change
        .run(&api, move |tx| {
            let sync = tx.cancel_sync(organization_id, id.0)?;
            Answer::ok(&SyncView::from(sync))
        })
        .await
}
