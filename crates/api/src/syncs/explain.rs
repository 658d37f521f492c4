//! `GET /syncs/{sync_id}/explain`

use actix_web::{get, web};
use syncline_domain::SyncId;

use super::explanation_view::ExplanationView;
use crate::answer::Answer;
use crate::api::Api;
use crate::input::{Call, Id, NoQuery};
use crate::problem::Problem;

/// Explain where a sync stands
///
/// Says what it waits for, until when, and what to do when somebody has to act. `reason` is for
/// programs, `message` for people.
#[utoipa::path(
    tag = "syncs",
    params(("sync_id" = String, Path, description = "The sync.")),
    responses((status = 200, description = "Why it stands where it stands.", body = ExplanationView))
)]
#[get("/syncs/{sync_id}/explain")]
pub async fn explain_sync(
    api: web::Data<Api>,
    call: Call<NoQuery>,
    id: Id<SyncId>,
) -> Result<Answer, Problem> {
    let organization_id = call.caller.organization_id;
    let (sync, explanation) = api
        .store
        .read(move |tx| tx.explain_sync(organization_id, id.0))
        .await?
        .ok_or_else(|| Problem::not_found("sync", &id.0.to_string()))?;
    Answer::ok(&ExplanationView::new(&sync, explanation))
}
