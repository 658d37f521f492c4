//! Batches: one request and its syncs.

mod read;
mod view;

use utoipa_actix_web::service_config::ServiceConfig;

/// Every route about batches.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(read::read_batch);
}
