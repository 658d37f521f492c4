//! Syncs: the resource of the contract.

mod attempt_view;
mod attempts;
mod cancel;
mod explain;
mod explanation_view;
mod filter;
mod list;
mod read;
mod retry;
mod view;

use utoipa_actix_web::service_config::ServiceConfig;

#[cfg(feature = "fuzzing")]
pub use filter::SyncListParams;
pub use filter::status;
pub use view::{SyncStatus, SyncView};

/// Every route about syncs.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list::list_syncs)
        .service(read::read_sync)
        .service(attempts::list_attempts)
        .service(explain::explain_sync)
        .service(cancel::cancel_sync)
        .service(retry::retry_sync);
}
