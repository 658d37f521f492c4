use actix_web::{HttpRequest, HttpResponse, web::Data};
use serde::Deserialize;

use crate::{
    Model,
    pages::{Cursor, PageRequest, Position},
    service::Service,
};

use super::{answer::answer, query};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameters {
    cursor: Option<String>,
    limit: Option<u64>,
    updated_since: Option<String>,
    updated_before: Option<String>,
}

/// `GET /payments`: pages by cursor.
pub(super) async fn list(service: Data<Service>, request: HttpRequest) -> HttpResponse {
    answer(&service, Model::Payments, read(&service, &request)).await
}

fn read(service: &Service, request: &HttpRequest) -> Result<PageRequest, String> {
    let asked: Parameters = query::parse(request.query_string())?;
    let after = asked.cursor.as_deref().map(|text| {
        Cursor::decode(text).ok_or_else(|| "`cursor` is not one that this list gave out".to_owned())
    });
    Ok(PageRequest {
        window: query::window(
            asked.updated_since.as_deref(),
            asked.updated_before.as_deref(),
        )?,
        position: Position::After(after.transpose()?),
        limit: query::page_size(service, "limit", asked.limit)?,
    })
}
