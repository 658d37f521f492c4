use actix_web::{
    Error,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        StatusCode,
        header::{AUTHORIZATION, HeaderValue, WWW_AUTHENTICATE},
    },
    middleware::Next,
    web::Data,
};

use crate::service::Service;

use super::problem::problem;

/// Lets only callers with the token in, except to `/`, which says what this is.
pub(super) async fn require_token(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if request.path() == "/" || has_token(&request) {
        return Ok(next.call(request).await?.map_into_boxed_body());
    }
    let mut refusal = problem(
        StatusCode::UNAUTHORIZED,
        "unauthorized",
        "send the demo's token as `Authorization: Bearer <token>`",
    );
    refusal
        .headers_mut()
        .insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    Ok(request.into_response(refusal))
}

fn has_token(request: &ServiceRequest) -> bool {
    let Some(service) = request.app_data::<Data<Service>>() else {
        return false;
    };
    let header = request
        .headers()
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    header
        .and_then(|value| value.split_once(' '))
        .is_some_and(|(scheme, token)| {
            scheme.eq_ignore_ascii_case("bearer") && token.trim() == service.config.token
        })
}
