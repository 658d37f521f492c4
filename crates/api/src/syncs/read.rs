//! `GET /syncs/{sync_id}`

use actix_web::{get, web};
use syncline_domain::{Sync, SyncId};

use super::SyncView;
use crate::answer::Answer;
use crate::api::Api;
use crate::input::{Call, Id};
use crate::problem::Problem;
use crate::wait::{WaitParams, read_when_final};

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
    let organization_id = call.caller.organization_id;
    let read = async || {
        let found = api
            .store
            .read(move |tx| tx.find_sync(organization_id, id.0))
            .await?;
        found.ok_or_else(|| Problem::not_found("sync", &id.0.to_string()))
    };
    let open = |sync: &Sync| {
        let is_open = !sync.lifecycle.status().is_final();
        is_open.then_some(sync.id).into_iter().collect()
    };
    let sync = read_when_final(&api, call.query, read, open).await?;
    Answer::ok(&SyncView::from(sync))
}
