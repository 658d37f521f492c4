//! `GET /held_deletes`

use actix_web::{get, web};

use super::filter::HeldListParams;
use super::view::HeldDeletesView;
use crate::answer::Answer;
use crate::api::Api;
use crate::input::{List, PagingParams};
use crate::problem::Problem;

/// List held deletes
///
/// Newest first. A full pass that misses more records than is likely deletes none of them: what it
/// missed is held, until somebody releases or dismisses it, or the next full pass of the model comes
/// to its end.
#[utoipa::path(
    tag = "held_deletes",
    params(HeldListParams, PagingParams),
    responses((status = 200, description = "A page of held deletes.", body = Vec<HeldDeletesView>))
)]
#[get("/held_deletes")]
pub async fn list_held_deletes(
    api: web::Data<Api>,
    mut list: List<HeldListParams>,
) -> Result<Answer, Problem> {
    let (organization_id, page) = (list.caller.organization_id, list.page()?);
    let filter = std::mem::take(&mut list.filter).within(list.caller.reach.clone());
    let page = api
        .store
        .read(move |tx| tx.list_held_deletes_of_organization(organization_id, &filter, page))
        .await?;
    list.answer::<HeldDeletesView, _, _>(page)
}
