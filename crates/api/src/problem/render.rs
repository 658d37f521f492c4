//! From a problem to the answer that carries it.

use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};

use super::{ErrorCode, Problem, ProblemView};
use crate::middleware::stamp::Stamp;

/// How long to wait when the server is not available.
const RETRY_AFTER_SECONDS: &str = "2";

impl Problem {
    /// The answer, headers that belong to it included.
    pub fn render(&self, request_id: &str) -> HttpResponse {
        let view = ProblemView {
            kind: format!("urn:syncline:problem:{}", self.code.as_str()),
            title: self.code.title().to_owned(),
            status: i32::from(self.code.status()),
            detail: self.detail.clone(),
            code: self.code,
            errors: self.errors.clone(),
            request_id: request_id.to_owned(),
        };
        let mut answer = HttpResponse::build(status_code(self.code));
        answer.content_type("application/problem+json");
        if self.code == ErrorCode::Unauthorized {
            answer.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
        }
        if self.code.status() == 403 {
            // RFC 6750, section 3.1.
            let challenge = "Bearer error=\"insufficient_scope\"";
            answer.insert_header((header::WWW_AUTHENTICATE, challenge));
        }
        if self.code == ErrorCode::Unavailable || self.code == ErrorCode::IdempotencyInFlight {
            answer.insert_header((header::RETRY_AFTER, RETRY_AFTER_SECONDS));
        }
        if let Some(allow) = &self.allow {
            answer.insert_header((header::ALLOW, allow.as_str()));
        }
        for (name, value) in &self.headers {
            answer.insert_header((*name, value.as_str()));
        }
        // Texts and numbers always serialize.
        answer.body(serde_json::to_string(&view).unwrap_or_default())
    }
}

pub(super) fn status_code(code: ErrorCode) -> StatusCode {
    StatusCode::from_u16(code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// A problem with its request id, for where only an error can be returned.
#[derive(Debug)]
pub struct Rendered {
    /// The problem.
    pub problem: Problem,
    /// What every answer to the request is sent with.
    pub stamp: Stamp,
}

impl std::fmt::Display for Rendered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.problem.fmt(f)
    }
}

impl actix_web::ResponseError for Rendered {
    fn status_code(&self) -> StatusCode {
        status_code(self.problem.code)
    }

    fn error_response(&self) -> HttpResponse {
        let mut answer = self.problem.render(self.stamp.request_id());
        self.stamp.apply(answer.headers_mut());
        answer
    }
}
