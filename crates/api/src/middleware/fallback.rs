//! Requests that no handler takes: 405 with `Allow` where the path exists, else 404.

use actix_web::dev::ResourceDef;
use actix_web::http::{Method, header};
use actix_web::{HttpRequest, HttpResponse, web};
use utoipa::openapi::{OpenApi, PathItem};

use crate::problem::{ErrorCode, Problem};

/// Every path and its methods, as the OpenAPI document has them.
pub struct Routes(Vec<(ResourceDef, String)>);

impl Routes {
    /// Of a document, and of paths beside it that take GET.
    pub fn new(openapi: &OpenApi, others: &[&str]) -> Self {
        let documented = openapi
            .paths
            .paths
            .iter()
            .map(|(path, item)| (ResourceDef::new(path.as_str()), allow(&methods(item))));
        let others = others
            .iter()
            .map(|path| (ResourceDef::new(*path), allow(&[Method::GET])));
        Self(documented.chain(others).collect())
    }

    fn find(&self, path: &str) -> Option<&str> {
        let (_, allow) = self
            .0
            .iter()
            .find(|(resource, _)| resource.is_match(path))?;
        Some(allow)
    }
}

/// Answers what no handler takes.
///
/// # Errors
/// [`ErrorCode::MethodNotAllowed`] or [`ErrorCode::RouteNotFound`].
pub async fn fallback(
    request: HttpRequest,
    routes: web::Data<Routes>,
) -> Result<HttpResponse, Problem> {
    let path = request.path();
    let Some(allow) = routes.find(path) else {
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

fn methods(item: &PathItem) -> Vec<Method> {
    [
        (&item.get, Method::GET),
        (&item.put, Method::PUT),
        (&item.post, Method::POST),
        (&item.delete, Method::DELETE),
        (&item.patch, Method::PATCH),
    ]
    .into_iter()
    .filter_map(|(operation, method)| operation.is_some().then_some(method))
    .collect()
}

/// A GET answers HEAD too, and every path answers OPTIONS.
fn allow(methods: &[Method]) -> String {
    let mut names: Vec<&str> = methods.iter().map(Method::as_str).collect();
    if methods.contains(&Method::GET) {
        names.insert(1, "HEAD");
    }
    names.push("OPTIONS");
    names.join(", ")
}
