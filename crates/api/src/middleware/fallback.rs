//! Requests that no handler takes: 405 with `Allow` where the path exists, else 404.

use actix_web::http::{Method, header};
use actix_web::{HttpRequest, HttpResponse, web};

use super::routes::Routes;
use crate::problem::{ErrorCode, Problem};

/// Answers what no handler takes.
///
/// # Errors
/// [`ErrorCode::MethodNotAllowed`] or [`ErrorCode::RouteNotFound`].
pub async fn fallback(
    request: HttpRequest,
    routes: web::Data<Routes>,
) -> Result<HttpResponse, Problem> {
    let path = request.path();
    let Some(allow) = routes.find_allowed(path) else {
        let detail = format!("there is no route {path}: see /docs");
        return Err(Problem::new(ErrorCode::RouteNotFound, detail));
    };
    if request.method() == Method::OPTIONS {
        return Ok(HttpResponse::NoContent()
            .insert_header((header::ALLOW, allow))
            .finish());
    }
    Err(Problem {
        allow: Some(allow.to_owned()),
        ..Problem::new(ErrorCode::MethodNotAllowed, format!("{path} takes {allow}"))
    })
}
