//! `POST /held_deletes/{held_deletes_id}/release`, `…/dismiss` and `…/undo`

use actix_web::{post, web};
use syncline_domain::HeldDeletesId;
use syncline_domain::held::HeldDecision;

use super::view::HeldDeletesView;
use crate::answer::Answer;
use crate::api::Api;
use crate::input::{Id, Nothing, Write};
use crate::problem::Problem;

/// Release held deletes
///
/// The records become tombstones in the feed, but for those that a sync has seen since. The engine
/// does it some at a time, and goes on after a crash: `status` is `releasing`, then `released`.
/// Releasing again changes nothing; what is dismissed, undone or superseded answers 409.
#[utoipa::path(
    tag = "held_deletes",
    params(("held_deletes_id" = String, Path, description = "The held deletes.")),
    responses((status = 200, description = "The held deletes.", body = HeldDeletesView))
)]
#[post("/held_deletes/{held_deletes_id}/release")]
pub async fn release_held_deletes(
    api: web::Data<Api>,
    write: Write<Nothing>,
    id: Id<HeldDeletesId>,
) -> Result<Answer, Problem> {
    decide(&api, write, id, HeldDecision::Release).await
}

/// Dismiss held deletes
///
/// The records stay. Dismissing again changes nothing; what is released answers 409, and can be
/// undone.
#[utoipa::path(
    tag = "held_deletes",
    params(("held_deletes_id" = String, Path, description = "The held deletes.")),
    responses((status = 200, description = "The held deletes.", body = HeldDeletesView))
)]
#[post("/held_deletes/{held_deletes_id}/dismiss")]
pub async fn dismiss_held_deletes(
    api: web::Data<Api>,
    write: Write<Nothing>,
    id: Id<HeldDeletesId>,
) -> Result<Answer, Problem> {
    decide(&api, write, id, HeldDecision::Dismiss).await
}

/// Undo a release
///
/// What it deleted comes back, live and with a new place in the feed, but for what a sync has
/// written since, and for tombstones that retention has removed. The engine does it some at a time:
/// `status` is `undoing`, then `undone`. A release under way stops. Undoing again changes nothing;
/// what was not released answers 409.
#[utoipa::path(
    tag = "held_deletes",
    params(("held_deletes_id" = String, Path, description = "The held deletes.")),
    responses((status = 200, description = "The held deletes.", body = HeldDeletesView))
)]
#[post("/held_deletes/{held_deletes_id}/undo")]
pub async fn undo_held_deletes(
    api: web::Data<Api>,
    write: Write<Nothing>,
    id: Id<HeldDeletesId>,
) -> Result<Answer, Problem> {
    decide(&api, write, id, HeldDecision::Undo).await
}

async fn decide(
    api: &Api,
    write: Write<Nothing>,
    id: Id<HeldDeletesId>,
    decision: HeldDecision,
) -> Result<Answer, Problem> {
    let organization_id = write.change.caller.organization_id;
    write
        .change
        .run(api, move |tx| {
            let held = tx.decide_held_deletes(organization_id, id.0, decision)?;
            Answer::ok(&HeldDeletesView::from(held))
        })
        .await
}
