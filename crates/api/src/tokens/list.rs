//! `GET /tokens`

use actix_web::{get, web};

use super::view::TokenView;
use crate::answer::Answer;
use crate::api::Api;
use crate::input::{List, NoQuery, PagingParams};
use crate::problem::Problem;

/// List tokens
///
/// Oldest first; those that are expired or revoked too.
#[utoipa::path(
    tag = "tokens",
    params(PagingParams),
    responses((status = 200, description = "A page of tokens.", body = Vec<TokenView>))
)]
#[get("/tokens")]
pub async fn list_tokens(api: web::Data<Api>, list: List<NoQuery>) -> Result<Answer, Problem> {
    let (organization_id, page) = (list.caller.organization_id, list.page()?);
    let page = api
        .store
        .read(move |tx| tx.list_tokens_of_organization(organization_id, page))
        .await?;
    list.answer::<TokenView, _, _>(page)
}
