//! `GET /held_deletes/{held_deletes_id}/records`

use actix_web::{get, web};
use syncline_domain::HeldDeletesId;
use syncline_store::page::PageOf;

use crate::answer::Answer;
use crate::api::Api;
use crate::input::{Id, List, NoQuery, PagingParams};
use crate::problem::Problem;
use crate::records::RecordView;

/// List the records that are held
///
/// What a release would delete, in the order of the keys: nothing that a sync has seen since, and
/// nothing once it is decided. A page may have fewer records than asked for, and none at all: the
/// end is where there is no `Next-Cursor`.
#[utoipa::path(
    tag = "held_deletes",
    params(("held_deletes_id" = String, Path, description = "The held deletes."), PagingParams),
    responses((status = 200, description = "A page of records.", body = Vec<RecordView>))
)]
#[get("/held_deletes/{held_deletes_id}/records")]
pub async fn list_held_records(
    api: web::Data<Api>,
    list: List<NoQuery>,
    id: Id<HeldDeletesId>,
) -> Result<Answer, Problem> {
    let (organization_id, page) = (list.caller.organization_id, list.page()?);
    let (held, PageOf { items, next }) = api
        .store
        .read(move |tx| tx.list_held_records(organization_id, id.0, page))
        .await?;
    let views: Vec<_> = items
        .into_iter()
        .map(|record| RecordView::of_feed(record, organization_id, held.model_id))
        .collect();
    let answer = Answer::ok(&views)?;
    Ok(match next {
        Some(key) => list.with_next(answer, &list.cursor(&key)),
        None => answer,
    })
}
