//! Who asks: the Bearer token's organization.
//!
//! Every request looks its token up, so that a revoked one opens nothing from then on.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header;
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpRequest, web};
use sha2::{Digest, Sha256};
use syncline_domain::OrganizationId;

use crate::api::Api;
use crate::problem::{ErrorCode, Problem};

/// Who asks.
#[derive(Debug, Clone, Copy)]
pub struct Caller {
    /// The tenant that everything is scoped to.
    pub organization_id: OrganizationId,
}

impl Caller {
    /// The caller that [`authenticate`] found.
    ///
    /// # Errors
    /// [`ErrorCode::Unauthorized`] on a route that is not behind it.
    pub fn of(request: &HttpRequest) -> Result<Self, Problem> {
        request
            .extensions()
            .get::<Self>()
            .copied()
            .ok_or_else(unauthorized)
    }
}

/// Lets in who has a live token.
///
/// # Errors
/// [`ErrorCode::Unauthorized`], before anything else of the request is looked at.
pub async fn authenticate(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let caller = find_caller(&request).await?;
    request.extensions_mut().insert(caller);
    next.call(request).await
}

async fn find_caller(request: &ServiceRequest) -> Result<Caller, Problem> {
    let token = bearer_token(request).ok_or_else(unauthorized)?;
    let sha256: [u8; 32] = Sha256::digest(token.as_bytes()).into();
    let api = request
        .app_data::<web::Data<Api>>()
        .ok_or_else(|| Problem::internal("the application was built without its Api"))?;
    let found = api
        .store
        .read(move |tx| tx.find_live_token(sha256))
        .await
        .map_err(Problem::from)?;
    let organization_id = found.ok_or_else(unauthorized)?.organization_id;
    Ok(Caller { organization_id })
}

fn bearer_token(request: &ServiceRequest) -> Option<&str> {
    let mut values = request.headers().get_all(header::AUTHORIZATION);
    let (scheme, token) = values.next()?.to_str().ok()?.split_once(' ')?;
    let is_alone = values.next().is_none();
    (is_alone && scheme.eq_ignore_ascii_case("bearer"))
        .then(|| token.trim())
        .filter(|token| !token.is_empty())
}

fn unauthorized() -> Problem {
    Problem::new(
        ErrorCode::Unauthorized,
        "send a live token as `Authorization: Bearer <token>`; `syncline token create` makes one",
    )
}
