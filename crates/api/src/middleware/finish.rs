//! The last word on every answer: problem documents with the request's id, common headers, HEAD,
//! and a line in the log.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpResponse};

use super::cors;
use super::stamp::Stamp;
use crate::limits::Rate;
use crate::problem::{ErrorCode, Problem, Rendered};

/// Wraps the whole application.
///
/// # Errors
/// A [`Rendered`] problem, where the inner service answered with nothing else.
pub async fn finish(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let stamp = Stamp::of(&request);
    if let Some(answer) = cors::preflight(&request) {
        let mut answer = request.into_response(answer);
        stamp.apply(answer.headers_mut());
        return Ok(answer);
    }
    if request.method() == Method::HEAD {
        // The handler of GET answers; the connection leaves the body out.
        request.head_mut().method = Method::GET;
    }
    let answer = match next.call(request).await {
        Ok(answer) => answer.map_into_boxed_body(),
        Err(error) => {
            let problem = problem_of(&error);
            log(&problem, stamp.request_id());
            return Err(Rendered { problem, stamp }.into());
        }
    };
    let (request, answer) = answer.into_parts();
    let mut answer = match wrong(&answer) {
        Some(problem) => {
            log(&problem, stamp.request_id());
            problem.render(stamp.request_id())
        }
        None => answer,
    };
    stamp.apply(answer.headers_mut());
    if let Some(rate) = request.extensions().get::<Rate>() {
        rate.stamp(answer.headers_mut());
    }
    tracing::debug!(method = %request.method(), path = request.path(), status = answer.status().as_u16(), "answered");
    Ok(ServiceResponse::new(request, answer))
}

/// The problem of an answer that is an error.
fn wrong(answer: &HttpResponse) -> Option<Problem> {
    match answer.error() {
        Some(error) => Some(problem_of(error)),
        None if answer.status().is_client_error() || answer.status().is_server_error() => {
            Some(problem_of_status(answer.status()))
        }
        None => None,
    }
}

/// Ours as it is; what the framework refuses by its status.
fn problem_of(error: &Error) -> Problem {
    match error.as_error::<Problem>() {
        Some(problem) => Problem {
            code: problem.code,
            detail: problem.detail.clone(),
            errors: problem.errors.clone(),
            allow: problem.allow.clone(),
            headers: problem.headers.clone(),
            source: problem
                .source
                .as_ref()
                .map(|source| chain(source.as_ref()).into()),
        },
        None => problem_of_status(error.as_response_error().status_code()),
    }
}

fn problem_of_status(status: StatusCode) -> Problem {
    match status {
        StatusCode::NOT_FOUND => Problem::new(
            ErrorCode::RouteNotFound,
            "there is no such route: see /docs",
        ),
        StatusCode::NOT_ACCEPTABLE => Problem::new(
            ErrorCode::NotAcceptable,
            "let Accept-Encoding allow gzip or identity",
        ),
        StatusCode::PAYLOAD_TOO_LARGE => {
            Problem::new(ErrorCode::BodyTooLarge, "the body is too large")
        }
        StatusCode::SERVICE_UNAVAILABLE => Problem::new(ErrorCode::Unavailable, "try again later"),
        status if status.is_client_error() => {
            Problem::new(ErrorCode::BadRequest, "the request cannot be read")
        }
        status => Problem::internal(format!("an answer of {status} without a problem")),
    }
}

fn log(problem: &Problem, request_id: &str) {
    let cause = problem
        .source
        .as_ref()
        .map(ToString::to_string)
        .unwrap_or_default();
    if problem.code.status() >= 500 {
        tracing::error!(
            code = problem.code.as_str(),
            request_id,
            cause,
            "{}",
            problem.detail
        );
    } else {
        tracing::debug!(
            code = problem.code.as_str(),
            request_id,
            cause,
            "{}",
            problem.detail
        );
    }
}

/// An error and all its causes in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
