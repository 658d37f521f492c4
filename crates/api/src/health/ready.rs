//! `GET /readyz`

use actix_web::{get, web};

use super::HealthView;
use crate::answer::Answer;
use crate::api::Api;
use crate::problem::{ErrorCode, Problem};

/// Can the process be sent requests?
///
/// 503 while the database cannot be reached or is not migrated, and while the process shuts down.
#[utoipa::path(
    tag = "operations",
    security(()),
    responses((status = 200, description = "It is ready.", body = HealthView))
)]
#[get("/readyz")]
pub async fn read_readiness(api: web::Data<Api>) -> Result<Answer, Problem> {
    if api.shutdown.is_cancelled() {
        return Err(Problem::new(
            ErrorCode::Unavailable,
            "the server is shutting down",
        ));
    }
    if !api.store.is_migrated().await? {
        let detail = "the database is not migrated: run `syncline migrate`";
        return Err(Problem::new(ErrorCode::Unavailable, detail));
    }
    Answer::ok(&HealthView { status: "ok" })
}
