//! Who asks, and whether they may: the Bearer token's organization, scope and reach.
//!
//! Every request looks its token up, so that a revoked one opens nothing from then on.

mod needs;
mod touch;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header;
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpRequest, web};
use syncline_domain::access::Reach;
use syncline_domain::{OrganizationId, TokenId};
use syncline_store::tokens::{Token, TokenSecret};

use crate::api::Api;
use crate::middleware::routes::{Operation, Routes};
use crate::problem::{ErrorCode, Problem};

pub use needs::needed_scope;
pub use touch::Touches;

/// Who asks.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The tenant that everything is scoped to.
    pub organization_id: OrganizationId,
    /// The token that was shown.
    pub token_id: TokenId,
    /// The connections that exist for it.
    pub reach: Reach,
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
            .cloned()
            .ok_or_else(unauthorized)
    }

    /// For what concerns more than the connections that a limited token reaches.
    ///
    /// # Errors
    /// [`ErrorCode::LimitedToken`].
    pub fn insist_on_all_connections(&self) -> Result<(), Problem> {
        match self.reach {
            Reach::All => Ok(()),
            Reach::Only(_) => Err(Problem::new(
                ErrorCode::LimitedToken,
                "this token is limited to certain connections: use one that is not",
            )),
        }
    }
}

/// Lets in who has a live token whose scope suffices.
///
/// # Errors
/// [`ErrorCode::Unauthorized`] or [`ErrorCode::InsufficientScope`], before anything else of the
/// request is looked at.
pub async fn authenticate(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let api = request
        .app_data::<web::Data<Api>>()
        .ok_or_else(|| Problem::internal("the application was built without its Api"))?;
    let token = find_token(api, &request).await?;
    insist_on_scope(&request, &token)?;
    let caller = Caller {
        organization_id: token.organization_id,
        token_id: token.id,
        reach: token.grant.reach().clone(),
    };
    request.extensions_mut().insert(caller);
    next.call(request).await
}

async fn find_token(api: &Api, request: &ServiceRequest) -> Result<Token, Problem> {
    let sha256 = token_hash(request).ok_or_else(unauthorized)?;
    let (found, now) = api.store.find_live_token(sha256).await?;
    let token = found.ok_or_else(unauthorized)?;
    if token.is_use_news(now) {
        api.touches.note(&api.store, token.id);
    }
    Ok(token)
}

/// What is no operation is let through, to be told so.
fn insist_on_scope(request: &ServiceRequest, token: &Token) -> Result<(), Problem> {
    let routes = request
        .app_data::<web::Data<Routes>>()
        .ok_or_else(|| Problem::internal("the application was built without its Routes"))?;
    let Some(Operation { id, needs }) = routes.find_operation(request.request()) else {
        return Ok(());
    };
    let scope = token.grant.scope();
    tracing::debug!(token_id = %token.id, %scope, operation = id, "asked");
    if scope.includes(*needs) {
        return Ok(());
    }
    let detail = format!("this needs a token of scope `{needs}`, and yours is of scope `{scope}`");
    Err(Problem::new(ErrorCode::InsufficientScope, detail))
}

/// The SHA-256 of the Bearer token, whatever it is worth.
pub fn token_hash(request: &ServiceRequest) -> Option<[u8; 32]> {
    bearer_token(request).map(TokenSecret::sha256_of)
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
