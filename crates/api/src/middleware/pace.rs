//! Tells a connection which of its requests are under way.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use actix_web::Error;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::web::Bytes;

use crate::server::pace::{Pace, Running};

/// From the head of a request to the last byte of its answer.
///
/// # Errors
/// What the inner service gives.
pub async fn pace(
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<Held>, Error> {
    let running = request.request().conn_data::<Arc<Pace>>().map(Pace::begin);
    let answer = next.call(request).await?;
    Ok(answer.map_body(|_, body| Held {
        body,
        _running: running,
    }))
}

/// A body whose request is under way until it is sent.
pub struct Held {
    body: BoxBody,
    _running: Option<Running>,
}

impl MessageBody for Held {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.body).poll_next(context)
    }
}
