use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web::JsonConfig};
use serde_json::json;

/// An error as this provider tells it: `{"error": {"code": …, "message": …}}`.
pub(super) fn problem(status: StatusCode, code: &str, message: &str) -> HttpResponse {
    HttpResponse::build(status).json(json!({"error": {"code": code, "message": message}}))
}

pub(super) fn bad_request(message: &str) -> HttpResponse {
    problem(StatusCode::BAD_REQUEST, "invalid_request", message)
}

pub(super) async fn not_found(request: HttpRequest) -> HttpResponse {
    problem(
        StatusCode::NOT_FOUND,
        "not_found",
        &format!("there is nothing at {}", request.path()),
    )
}

/// Makes a body that cannot be read a 400 in our own shape.
pub(super) fn json_config() -> JsonConfig {
    JsonConfig::default()
        .content_type_required(false)
        .error_handler(|error, _| {
            let response = bad_request(&error.to_string());
            actix_web::error::InternalError::from_response(error, response).into()
        })
}
