//! Headers of every answer: the request's id, and what keeps browsers safe.

use actix_web::dev::ServiceRequest;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::{HttpMessage, web};
use tracing_actix_web::RequestId;

use super::cors::Cors;
use crate::api::Api;

/// Answers are data: nothing of them is to be run or framed.
const DATA_POLICY: &str = "default-src 'none'; frame-ancestors 'none'";

/// The page of the documentation runs its own scripts alone; its styles are partly inline.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
     img-src 'self' data:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; \
     form-action 'none'; frame-ancestors 'none'";

/// A browser that has seen the server with TLS asks it in no other way for a year.
const ONLY_TLS: &str = "max-age=31536000";

/// What every answer to a request is sent with.
#[derive(Debug, Clone, Default)]
pub struct Stamp {
    request_id: String,
    is_page: bool,
    is_tls: bool,
    cors: Cors,
}

impl Stamp {
    /// For this request.
    pub fn of(request: &ServiceRequest) -> Self {
        let api = request.app_data::<web::Data<Api>>();
        Self {
            request_id: request
                .extensions()
                .get::<RequestId>()
                .map(ToString::to_string)
                .unwrap_or_default(),
            is_page: request.path().starts_with("/docs"),
            is_tls: api.is_some_and(|api| api.tls.is_some()),
            cors: Cors::of(request),
        }
    }

    /// The request's id.
    pub fn request_id(&self) -> &str {
        &self.request_id
    }

    /// Sets the headers. What an answer says itself about caching stays.
    pub fn apply(&self, headers: &mut HeaderMap) {
        if let Ok(value) = HeaderValue::from_str(&self.request_id) {
            headers.insert(HeaderName::from_static("x-request-id"), value);
        }
        if !headers.contains_key(header::CACHE_CONTROL) {
            set(headers, header::CACHE_CONTROL, "no-store");
        }
        let policy = if self.is_page {
            PAGE_POLICY
        } else {
            DATA_POLICY
        };
        set(headers, header::CONTENT_SECURITY_POLICY, policy);
        set(headers, header::REFERRER_POLICY, "no-referrer");
        set(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
        set(headers, header::X_FRAME_OPTIONS, "DENY");
        if self.is_tls {
            set(headers, header::STRICT_TRANSPORT_SECURITY, ONLY_TLS);
        }
        self.cors.apply(headers);
    }
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.insert(name, HeaderValue::from_static(value));
}
