//! Pages of other origins (CORS): none may call the API, unless a setting names their origin.
//!
//! Credentials of the browser are never allowed: a token goes into `Authorization` by hand.

use actix_web::dev::ServiceRequest;
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::{HttpResponse, web};

use crate::api::Api;

const METHODS: &str = "GET, HEAD, POST, PUT, PATCH, DELETE";
const REQUEST_HEADERS: &str = "authorization, content-type, idempotency-key";
const EXPOSED_HEADERS: &str = "allow, idempotency-replayed, link, location, next-cursor, \
     ratelimit, ratelimit-policy, retry-after, syncline-batch-id, x-request-id";

/// Seconds for which a browser need not ask again whether it may.
const MAX_AGE: &str = "600";

/// What a page may do with an answer.
#[derive(Debug, Clone, Default)]
pub struct Cors {
    /// Whether the answer depends on the origin at all.
    varies: bool,
    origin: Option<HeaderValue>,
}

impl Cors {
    /// Of the page that sends this request.
    pub fn of(request: &ServiceRequest) -> Self {
        let api = request.app_data::<web::Data<Api>>();
        let origins = api
            .map(|api| api.cors_origins.as_slice())
            .unwrap_or_default();
        let origin = request.headers().get(header::ORIGIN);
        let is_allowed = |origin: &&HeaderValue| {
            origins
                .iter()
                .any(|allowed| origin.as_bytes() == allowed.as_bytes())
        };
        Self {
            varies: !origins.is_empty(),
            origin: origin.filter(is_allowed).cloned(),
        }
    }

    /// Sets the headers.
    pub fn apply(&self, headers: &mut HeaderMap) {
        if self.varies {
            headers.append(header::VARY, HeaderValue::from_static("Origin"));
        }
        if let Some(origin) = &self.origin {
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
            set(
                headers,
                header::ACCESS_CONTROL_EXPOSE_HEADERS,
                EXPOSED_HEADERS,
            );
        }
    }
}

/// The answer to a browser that asks beforehand, for a page that may call.
pub fn preflight(request: &ServiceRequest) -> Option<HttpResponse> {
    let asks = request.method() == Method::OPTIONS
        && request
            .headers()
            .contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    if !asks || Cors::of(request).origin.is_none() {
        return None;
    }
    let mut answer = HttpResponse::NoContent().finish();
    let headers = answer.headers_mut();
    set(headers, header::ALLOW, METHODS);
    set(headers, header::ACCESS_CONTROL_ALLOW_METHODS, METHODS);
    set(
        headers,
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        REQUEST_HEADERS,
    );
    set(headers, header::ACCESS_CONTROL_MAX_AGE, MAX_AGE);
    Some(answer)
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.insert(name, HeaderValue::from_static(value));
}
