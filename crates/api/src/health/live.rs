//! `GET /healthz`

use actix_web::get;

use super::HealthView;
use crate::answer::Answer;
use crate::problem::Problem;

/// Does the process live?
///
/// Answers whenever the process can answer at all.
#[utoipa::path(
    tag = "operations",
    security(()),
    responses((status = 200, description = "It lives.", body = HealthView))
)]
#[get("/healthz")]
pub async fn read_liveness() -> Result<Answer, Problem> {
    Answer::ok(&HealthView { status: "ok" })
}
