//! `GET /held_deletes/{held_deletes_id}`

use actix_web::{get, web};
use syncline_domain::HeldDeletesId;

use super::view::HeldDeletesView;
use crate::answer::Answer;
use crate::api::Api;
use crate::input::{Call, Id, NoQuery};
use crate::problem::Problem;

/// Read held deletes
///
/// How a release, or its undoing, comes on.
#[utoipa::path(
    tag = "held_deletes",
    params(("held_deletes_id" = String, Path, description = "The held deletes.")),
    responses((status = 200, description = "The held deletes.", body = HeldDeletesView))
)]
#[get("/held_deletes/{held_deletes_id}")]
pub async fn read_held_deletes(
    api: web::Data<Api>,
    call: Call<NoQuery>,
    id: Id<HeldDeletesId>,
) -> Result<Answer, Problem> {
    let organization_id = call.caller.organization_id;
    let id = id.0;
    let found = api
        .store
        .read(move |tx| tx.find_held_deletes(organization_id, id))
        .await?;
    let held = found.ok_or_else(|| Problem::not_found("held_deletes", &id.to_string()))?;
    Answer::ok(&HeldDeletesView::from(held))
}
