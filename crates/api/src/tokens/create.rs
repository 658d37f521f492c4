//! `POST /tokens`

use actix_web::{post, web};
use chrono::{DateTime, Utc};
use syncline_domain::access::Reach;
use syncline_store::error::StoreError;
use syncline_store::tokens::{NewToken, TokenSecret};

use super::input::CreateTokenBody;
use super::view::TokenWithSecretView;
use crate::answer::Answer;
use crate::api::Api;
use crate::input::{Body, Write};
use crate::problem::{ErrorCode, FieldError, Problem};

/// Create a token
///
/// Answers its secret, which is shown this once: only a hash is kept. An answer that is given again
/// for an `Idempotency-Key` has no secret; rotate the token to get another.
#[utoipa::path(
    tag = "tokens",
    request_body(content = CreateTokenBody, description = "The token to be made."),
    responses((status = 201, description = "The token, with its secret.", body = TokenWithSecretView))
)]
#[post("/tokens")]
pub async fn create_token(
    api: web::Data<Api>,
    write: Write<Body<CreateTokenBody>>,
) -> Result<Answer, Problem> {
    let Body(body) = write.body;
    let expires_at = body.expires_at;
    let secret = TokenSecret::generate()?;
    let new = NewToken {
        organization_id: write.change.caller.organization_id,
        sha256: secret.sha256(),
        grant: body.grant()?,
        name: body.name,
        expires_at,
    };
    write
        .change
        .run(&api, move |tx| {
            insist_on_future(expires_at, tx.now())?;
            let reach = new.grant.reach().clone();
            let token = tx.insert_token(new).map_err(|e| explain(e, &reach))?;
            let location = format!("/v2/integrations/tokens/{}", token.id);
            let answer = Answer::created(&TokenWithSecretView::new(
                token.clone(),
                Some(secret.text()),
            ))?
            .keep(&TokenWithSecretView::new(token, None))?;
            Ok(answer.header("Location", location))
        })
        .await
}

/// A token that has expired already is a mistake.
///
/// # Errors
/// [`ErrorCode::InvalidBody`].
pub fn insist_on_future(
    expires_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    if expires_at.is_some_and(|until| until <= now) {
        let error = FieldError::body("/expires_at", "must be in the future");
        return Err(Problem::fields(ErrorCode::InvalidBody, vec![error]));
    }
    Ok(())
}

/// Points at each connection that is unknown.
fn explain(error: StoreError, reach: &Reach) -> Problem {
    let (StoreError::UnknownConnections(unknown), Reach::Only(ids)) = (&error, reach) else {
        return error.into();
    };
    let errors = ids
        .iter()
        .filter(|id| unknown.contains(id))
        .map(|id| FieldError::body("/connection_ids", format!("has the unknown {id}")));
    Problem::fields(ErrorCode::InvalidBody, errors.collect())
}
