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
    page: Option<u64>,
    per_page: Option<u64>,
    updated_since: Option<String>,
    updated_before: Option<String>,
}

/// `GET /customers`: pages by number.
pub(super) async fn list(service: Data<Service>, request: HttpRequest) -> HttpResponse {
    answer(&service, Model::Customers, read(&service, &request)).await
}

fn read(service: &Service, request: &HttpRequest) -> Result<PageRequest, String> {
    let asked: Parameters = query::parse(request.query_string())?;
    let page = asked.page.unwrap_or(1);
    if page == 0 {
        return Err("pages are counted from 1".to_owned());
    }
    Ok(PageRequest {
        window: query::window(
            asked.updated_since.as_deref(),
            asked.updated_before.as_deref(),
        )?,
        position: Position::Page(page),
        limit: query::page_size(service, "per_page", asked.per_page)?,
    })
}
