//! The OpenAPI document: from the registered handlers, completed by what every operation shares.
//!
//! A new operation gets all of it by itself: error answers and headers from its method and path
//! ([`rules`]), closed bodies and open free-form objects ([`forms`]), [`examples`] from those of
//! its fields, [`links`] from the ids that it answers, and its place in the 3.0 [`twin`].

mod base;
mod examples;
mod forms;
mod headers;
mod links;
mod rules;
mod serve;
mod table;
mod twin;
mod walk;

use actix_web::App;
use serde_json::Value;
use utoipa::openapi::OpenApi;

pub use base::base;
pub use serve::{ROUTES, serve};
pub use table::error_table;

/// The document as it is committed (OpenAPI 3.1): pretty, with a newline at the end, always the
/// same.
pub fn openapi_json() -> String {
    pretty(&document())
}

/// The same document in OpenAPI 3.0.3, for generators that read nothing newer.
pub fn openapi_3_0_json() -> String {
    pretty(&twin::of(document()))
}

fn document() -> Value {
    // What utoipa built always serializes.
    let mut document = serde_json::to_value(handlers()).unwrap_or_default();
    forms::complete(&mut document);
    headers::complete(&mut document);
    examples::complete(&mut document);
    links::complete(&mut document);
    document
}

fn handlers() -> OpenApi {
    let (_, mut openapi) = crate::app::documented(App::new());
    rules::complete(&mut openapi);
    openapi
}

fn pretty(document: &Value) -> String {
    let mut json = serde_json::to_string_pretty(document).unwrap_or_default();
    json.push('\n');
    json
}
