//! `GET /syncs`

use actix_web::{get, web};
use syncline_store::syncs::SyncFilter;

use super::SyncView;
use super::filter::SyncListParams;
use crate::answer::Answer;
use crate::api::Api;
use crate::input::{List, PagingParams};
use crate::problem::Problem;

/// List syncs
///
/// Newest first.
#[utoipa::path(
    tag = "syncs",
    params(SyncListParams, PagingParams),
    responses((status = 200, description = "A page of syncs.", body = Vec<SyncView>))
)]
#[get("/syncs")]
pub async fn list_syncs(
    api: web::Data<Api>,
    mut list: List<SyncListParams>,
) -> Result<Answer, Problem> {
    let (organization_id, page) = (list.caller.organization_id, list.page()?);
    let filter = SyncFilter {
        reach: list.caller.reach.clone(),
        ..std::mem::take(&mut list.filter).into()
    };
    let page = api
        .store
        .read(move |tx| tx.list_syncs_of_organization(organization_id, &filter, page))
        .await?;
    list.answer::<SyncView, _, _>(page)
}
