//! `GET /syncs/{sync_id}/attempts`

use actix_web::{get, web};
use syncline_domain::SyncId;
use syncline_store::page::PageOf;

use super::attempt_view::AttemptView;
use crate::answer::Answer;
use crate::api::Api;
use crate::input::{Id, List, NoQuery, PagingParams};
use crate::problem::Problem;

/// List the attempts of a sync
///
/// First one first. The last one of a running sync shows its progress.
#[utoipa::path(
    tag = "syncs",
    params(("sync_id" = String, Path, description = "The sync."), PagingParams),
    responses((status = 200, description = "A page of attempts.", body = Vec<AttemptView>))
)]
#[get("/syncs/{sync_id}/attempts")]
pub async fn list_attempts(
    api: web::Data<Api>,
    list: List<NoQuery>,
    id: Id<SyncId>,
) -> Result<Answer, Problem> {
    let (organization_id, page) = (list.caller.organization_id, list.page()?);
    let page = api
        .store
        .read(move |tx| {
            tx.find_sync(organization_id, id.0)?
                .ok_or_else(|| Problem::not_found("sync", &id.0.to_string()))?;
            let PageOf { items, next } = tx.list_attempts_of_sync(organization_id, id.0, page)?;
            let now = tx.now();
            let items = items.into_iter().map(|attempt| (attempt, now)).collect();
            Ok::<_, Problem>(PageOf { items, next })
        })
        .await?;
    list.answer::<AttemptView, _, _>(page)
}
