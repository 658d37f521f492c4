//! `GET /tokens/{token_id}`

use actix_web::{get, web};
use syncline_domain::TokenId;

use super::view::TokenView;
use crate::answer::Answer;
use crate::api::Api;
use crate::input::{Call, Id, NoQuery};
use crate::problem::Problem;

/// Read a token
///
/// Without its secret, which nobody has.
#[utoipa::path(
    tag = "tokens",
    params(("token_id" = String, Path, description = "The token.")),
    responses((status = 200, description = "The token.", body = TokenView))
)]
#[get("/tokens/{token_id}")]
pub async fn read_token(
    api: web::Data<Api>,
    call: Call<NoQuery>,
    id: Id<TokenId>,
) -> Result<Answer, Problem> {
    let organization_id = call.caller.organization_id;
    let found = api
        .store
        .read(move |tx| tx.find_token(organization_id, id.0))
        .await?;
    let token = found.ok_or_else(|| Problem::not_found("token", &id.0.to_string()))?;
    Answer::ok(&TokenView::from(token))
}
