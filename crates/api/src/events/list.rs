//! `GET /events`

use actix_web::{get, web};

use super::filter::EventListParams;
use super::view::EventView;
use crate::answer::Answer;
use crate::api::Api;
use crate::input::{List, PagingParams};
use crate::problem::Problem;

/// List events
///
/// Every change of a sync's status, also when it is made, in the order in which they happened: read
/// to the end, keep the last `Next-Cursor`, and come back with it to read what happened since. It is
/// always sent; the end is an empty page, and nothing is skipped. Without a cursor it begins with
/// the oldest event that is kept. A cursor that is older than that answers 410.
#[utoipa::path(
    tag = "events",
    params(EventListParams, PagingParams),
    responses((status = 200, description = "A page of events.", body = Vec<EventView>))
)]
#[get("/events")]
pub async fn list_events(
    api: web::Data<Api>,
    mut list: List<EventListParams>,
) -> Result<Answer, Problem> {
    let (organization_id, limit) = (list.caller.organization_id, list.limit);
    let after = list.after()?;
    let filter = std::mem::take(&mut list.filter).within(list.caller.reach.clone());
    api.store.number_events(organization_id).await?;
    let page = api
        .store
        .read(move |tx| tx.list_events_of_organization(organization_id, &filter, after, limit))
        .await?;
    let views: Vec<_> = page
        .events
        .into_iter()
        .map(|event| EventView::new(event, |number| list.cursor(&number)))
        .collect();
    Ok(list.with_next(Answer::ok(&views)?, &list.cursor(&page.cursor)))
}
