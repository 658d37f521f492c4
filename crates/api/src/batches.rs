//! Batches: one request and its syncs.

mod cancel;
mod read;
mod view;

use utoipa_actix_web::service_config::ServiceConfig;

/// Every route about batches.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(read::read_batch)
        .service(cancel::cancel_batch);
}
