//! `POST /tokens/{token_id}/revoke`

use actix_web::{post, web};
use syncline_domain::TokenId;

use super::view::TokenView;
use crate::answer::Answer;
use crate::api::Api;
use crate::input::{Id, Nothing, Write};
use crate::problem::Problem;

/// Revoke a token
///
/// From now on none of its secrets opens anything, also when it is the one that this is asked with.
/// Revoking it again changes nothing.
#[utoipa::path(
    tag = "tokens",
    params(("token_id" = String, Path, description = "The token.")),
    responses((status = 200, description = "The revoked token.", body = TokenView))
)]
#[post("/tokens/{token_id}/revoke")]
pub async fn revoke_token(
    api: web::Data<Api>,
    write: Write<Nothing>,
    id: Id<TokenId>,
) -> Result<Answer, Problem> {
    let organization_id = write.change.caller.organization_id;
    write
        .change
        .run(&api, move |tx| {
            let token = tx.revoke_token(organization_id, id.0)?;
            Answer::ok(&TokenView::from(token))
        })
        .await
}
