use actix_web::{HttpRequest, HttpResponse, web::Data};
use serde::Deserialize;

use crate::{
    Model,
    pages::{PageRequest, Position},
    service::Service,
};

use super::{answer::answer, query};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameters {
    offset: Option<u64>,
    limit: Option<u64>,
    updated_since: Option<String>,
    updated_before: Option<String>,
}

/// `GET /invoices`: pages by offset.
pub(super) async fn list(service: Data<Service>, request: HttpRequest) -> HttpResponse {
    answer(&service, Model::Invoices, read(&service, &request)).await
}

fn read(service: &Service, request: &HttpRequest) -> Result<PageRequest, String> {
    let asked: Parameters = query::parse(request.query_string())?;
    Ok(PageRequest {
        window: query::window(
            asked.updated_since.as_deref(),
            asked.updated_before.as_deref(),
        )?,
        position: Position::Offset(asked.offset.unwrap_or(0)),
        limit: query::page_size(service, "limit", asked.limit)?,
    })
}
