//! Whether the process lives, and whether it can be sent requests.

mod live;
mod ready;

use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

/// Every route about the process itself.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(live::read_liveness)
        .service(ready::read_readiness);
}

/// The process's own health.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ProcessHealth)]
pub struct HealthView {
    /// Always `ok`.
    #[schema(example = "ok")]
    pub status: &'static str,
}
