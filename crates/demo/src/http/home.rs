use actix_web::{HttpResponse, web::Data};
use serde_json::json;

use crate::{Model, service::Service};

/// `GET /`: what this is and where its lists are; needs no token.
pub(super) async fn home(service: Data<Service>) -> HttpResponse {
    let count = |model| service.count(model);
    HttpResponse::Ok().json(json!({
        "name": "Syncline demo provider",
        "lists": {
            "/customers": {"count": count(Model::Customers), "parameters": ["page", "per_page"]},
            "/invoices": {"count": count(Model::Invoices), "parameters": ["offset", "limit"]},
            "/payments": {"count": count(Model::Payments), "parameters": ["cursor", "limit"]},
        },
        "filters": ["updated_since", "updated_before"],
        "authentication": "Authorization: Bearer <token>",
    }))
}

/// `GET /ping`: whether the token is right.
pub(super) async fn ping() -> HttpResponse {
    HttpResponse::Ok().json(json!({"ok": true}))
}
