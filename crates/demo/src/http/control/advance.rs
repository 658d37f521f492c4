use actix_web::{
    HttpResponse,
    web::{Data, Json},
};
use serde::Deserialize;

use crate::service::Service;

use super::super::problem::bad_request;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Order {
    steps: u32,
}

const MOST_STEPS: u32 = 100_000;

/// `POST /_demo/advance {"steps": n}`: makes changes and answers which.
pub(super) async fn advance(service: Data<Service>, order: Json<Order>) -> HttpResponse {
    if order.steps > MOST_STEPS {
        return bad_request("`steps` is at most 100000");
    }
    HttpResponse::Ok().json(service.advance(order.steps))
}
