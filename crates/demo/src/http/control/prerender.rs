use actix_web::{
    HttpResponse,
    web::{Data, Json},
};
use serde::Deserialize;
use serde_json::json;

use crate::{Model, service::Service};

use super::super::{problem::bad_request, query};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Order {
    model: Model,
    page_size: u64,
}

/// `POST /_demo/prerender {"model": …, "page_size": n}`: renders all pages of this size beforehand.
pub(super) async fn prerender(service: Data<Service>, order: Json<Order>) -> HttpResponse {
    match query::page_size(&service, "page_size", Some(order.page_size)) {
        Ok(size) => HttpResponse::Ok().json(json!({"pages": service.prerender(order.model, size)})),
        Err(message) => bad_request(&message),
    }
}
