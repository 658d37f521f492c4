//! `GET /connections`

use actix_web::{get, web};
use syncline_store::page::PageOf;

use super::view::ConnectionView;
use crate::answer::Answer;
use crate::api::Api;
use crate::input::{List, NoQuery, PagingParams};
use crate::problem::Problem;

/// List connections
///
/// Oldest first, each with its models.
#[utoipa::path(
    tag = "connections",
    params(PagingParams),
    responses((status = 200, description = "A page of connections.", body = Vec<ConnectionView>))
)]
#[get("/connections")]
pub async fn list_connections(api: web::Data<Api>, list: List<NoQuery>) -> Result<Answer, Problem> {
    let (organization_id, page) = (list.caller.organization_id, list.page()?);
    let reach = list.caller.reach.clone();
    let page = api
        .store
        .read(move |tx| {
            let PageOf { items, next } =
                tx.list_connections_of_organization(organization_id, &reach, page)?;
            let items = ConnectionView::all(tx, organization_id, items)?;
            Ok::<_, Problem>(PageOf { items, next })
        })
        .await?;
    list.answer::<ConnectionView, _, _>(page)
}
