use std::time::Duration;

use actix_web::{
    HttpResponse,
    rt::time::timeout,
    web::{Data, Json, Query},
};
use serde::Deserialize;

use crate::service::Service;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Parameters {
    /// How many held requests to wait for.
    #[serde(default)]
    held: usize,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Order {
    after: u64,
}

const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// `GET /_demo/gate?held=n`: how the gate stands, once n requests wait at it or a minute has passed.
pub(super) async fn read(service: Data<Service>, asked: Query<Parameters>) -> HttpResponse {
    let waited = timeout(LONGEST_WAIT, service.gate.wait_until_held(asked.held)).await;
    HttpResponse::Ok().json(waited.unwrap_or_else(|_| service.gate.state()))
}

/// `PUT /_demo/gate {"after": n}`: lets n more pages through, then holds.
pub(super) async fn hold(service: Data<Service>, order: Json<Order>) -> HttpResponse {
    service.gate.hold_after(order.after);
    HttpResponse::NoContent().finish()
}

/// `DELETE /_demo/gate`: opens it.
pub(super) async fn release(service: Data<Service>) -> HttpResponse {
    service.gate.release();
    HttpResponse::NoContent().finish()
}
