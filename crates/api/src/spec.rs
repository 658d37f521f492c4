//! The OpenAPI document: from the registered handlers, completed by what every operation shares.

mod base;
mod rules;
mod serve;
mod table;

use actix_web::App;
use utoipa::openapi::OpenApi;

pub use base::base;
pub use serve::{ROUTES, serve};
pub use table::error_table;

/// The document.
pub fn openapi() -> OpenApi {
    let (_, mut openapi) = crate::app::documented(App::new());
    rules::complete(&mut openapi);
    openapi
}

/// The document as it is committed: pretty, with a newline at the end, always the same.
pub fn openapi_json() -> String {
    // Texts, numbers and lists always serialize.
    let mut json = openapi().to_pretty_json().unwrap_or_default();
    json.push('\n');
    json
}
