//! `POST /tokens/{token_id}/rotate`

use actix_web::{post, web};
use syncline_domain::TokenId;
use syncline_store::tokens::{Rotation, TokenSecret};

use super::create::insist_on_future;
use super::input::RotateTokenBody;
use super::view::TokenWithSecretView;
use crate::answer::Answer;
use crate::api::Api;
use crate::input::{Body, Id, Write};
use crate::problem::Problem;

/// Rotate a token
///
/// Gives it another secret, which is shown this once. The secret of now goes on for the overlap, so
/// that whoever uses it can change over; one from an earlier rotation ends at once. A token that is
/// revoked, or has expired and is given no other time, answers 409.
#[utoipa::path(
    tag = "tokens",
    params(("token_id" = String, Path, description = "The token.")),
    request_body(content = RotateTokenBody, description = "The overlap; may be left out."),
    responses((status = 200, description = "The token, with its new secret.", body = TokenWithSecretView))
)]
#[post("/tokens/{token_id}/rotate")]
pub async fn rotate_token(
    api: web::Data<Api>,
    write: Write<Option<Body<RotateTokenBody>>>,
    id: Id<TokenId>,
) -> Result<Answer, Problem> {
    let organization_id = write.change.caller.organization_id;
    let body = write.body.map(|Body(body)| body).unwrap_or_default();
    let secret = TokenSecret::generate()?;
    let rotation = Rotation {
        sha256: secret.sha256(),
        overlap: body.overlap(),
        expires_at: body.expires_at,
    };
    write
        .change
        .run(&api, move |tx| {
            insist_on_future(rotation.expires_at, tx.now())?;
            let token = tx.rotate_token(organization_id, id.0, rotation)?;
            Answer::ok(&TokenWithSecretView::new(
                token.clone(),
                Some(secret.text()),
            ))?
            .keep(&TokenWithSecretView::new(token, None))
        })
        .await
}
