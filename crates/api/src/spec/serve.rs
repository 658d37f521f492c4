//! `/openapi.json`, and `/docs`, a page that works without internet.

use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{HttpResponse, guard};
use utoipa_swagger_ui::{Config, SwaggerUi};

/// Paths beside the document that take GET.
pub const ROUTES: &[&str] = &["/openapi.json", "/docs", "/docs/{tail}*"];

struct Document(String);

/// Registers both.
pub fn serve(config: &mut ServiceConfig) {
    config
        .app_data(Data::new(Document(super::openapi_json())))
        .service(
            web::resource("/openapi.json")
                .guard(guard::Get())
                .to(document),
        )
        .service(web::resource("/docs").guard(guard::Get()).to(redirect))
        .service(
            SwaggerUi::new("/docs/{_:.*}").config(
                Config::from("/openapi.json")
                    .display_operation_id(true)
                    .validator_url("none"),
            ),
        );
}

async fn document(document: Data<Document>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/json")
        .body(document.0.clone())
}

async fn redirect() -> HttpResponse {
    HttpResponse::PermanentRedirect()
        .insert_header(("Location", "/docs/"))
        .finish()
}
