//! `GET /syncs/{sync_id}`

use actix_web::{get, web};
use syncline_domain::SyncId;

use super::SyncView;
use super::wait::{WaitParams, read_when_final};
use crate::answer::Answer;
use crate::api::Api;
use crate::input::{Call, Id};
use crate::problem::Problem;

/// Read a sync
///
/// With `wait`, answers once the sync is final, or as it stands when the time is over.
#[utoipa::path(
    tag = "syncs",
    params(("sync_id" = String, Path, description = "The sync."), WaitParams),
    responses((status = 200, description = "The sync.", body = SyncView))
)]
#[get("/syncs/{sync_id}")]
pub async fn read_sync(
    api: web::Data<Api>,
    call: Call<WaitParams>,
    id: Id<SyncId>,
) -> Result<Answer, Problem> {
    let sync = read_when_final(&api, call.caller.organization_id, id.0, call.query).await?;
    Answer::ok(&SyncView::from(sync))
}
