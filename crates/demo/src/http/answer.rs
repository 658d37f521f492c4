use std::{io, sync::Arc, time::Duration};

use actix_web::{
    HttpResponse,
    body::SizedStream,
    http::{
        StatusCode,
        header::{ContentType, RETRY_AFTER},
    },
    rt::time::sleep,
};
use bytes::Bytes;
use futures::stream;

use crate::{
    Fault, Model,
    pages::{Page, PageRequest},
    service::Service,
};

use super::{
    problem::{bad_request, problem},
    record::Answered,
};

/// Answers one page of a list: past the gate, then with the fault whose turn it is, if any.
pub(super) async fn answer(
    service: &Service,
    model: Model,
    asked: Result<PageRequest, String>,
) -> HttpResponse {
    let request = match asked {
        Ok(request) => request,
        Err(message) => return bad_request(&message),
    };
    service.gate.pass().await;
    let fault = service.faults().next(model);
    if let Some(Fault::Slow { millis }) = fault {
        sleep(Duration::from_millis(millis)).await;
    }
    let page = || service.page(model, request, fault == Some(Fault::Duplicate));
    let (mut response, page) = match fault {
        None | Some(Fault::Slow { .. } | Fault::Duplicate) => whole(page()),
        Some(Fault::TooManyRequests { retry_after }) => (too_many(retry_after), None),
        Some(Fault::ServerError { status }) => (server_error(status), None),
        Some(Fault::Drop) => (broken_off(&page().body, 0), None),
        Some(Fault::Cut) => {
            let body = page().body.clone();
            (broken_off(&body, body.len() / 2), None)
        }
        Some(Fault::Truncate) => {
            let body = page().body.clone();
            (json(body.slice(..body.len() / 2)), None)
        }
    };
    response
        .extensions_mut()
        .insert(Answered { model, fault, page });
    response
}

fn whole(page: Arc<Page>) -> (HttpResponse, Option<Arc<Page>>) {
    (json(page.body.clone()), Some(page))
}

fn json(body: Bytes) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(ContentType::json())
        .body(body)
}

fn too_many(retry_after: u32) -> HttpResponse {
    let message = format!("the rate limit is used up; come back in {retry_after} seconds");
    let mut response = problem(StatusCode::TOO_MANY_REQUESTS, "rate_limited", &message);
    response
        .headers_mut()
        .insert(RETRY_AFTER, retry_after.into());
    response
}

fn server_error(status: u16) -> HttpResponse {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    problem(
        status,
        "server_error",
        "the demo provider fails as it was asked to",
    )
}

/// Promises the whole body, sends so many bytes of it, and closes the connection. When the body
/// fails before its first byte, not even the head is sent.
fn broken_off(body: &Bytes, sent: usize) -> HttpResponse {
    let waits = sent > 0;
    let chunks = stream::unfold(waits.then(|| body.slice(..sent)), move |begin| async move {
        if let Some(bytes) = begin {
            return Some((Ok(bytes), None));
        }
        if waits {
            // The server writes out what it has whenever the body makes it wait.
            tokio::task::yield_now().await;
        }
        Some((Err(io::Error::other("broken off as asked")), None))
    });
    HttpResponse::Ok()
        .content_type(ContentType::json())
        .body(SizedStream::new(body.len() as u64, Box::pin(chunks)))
}
