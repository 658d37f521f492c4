//! Events: every change of a sync's status, in the order in which they happened.

mod filter;
mod list;
mod news;
mod stream;
mod view;

pub use news::EventStreams;

use utoipa_actix_web::service_config::ServiceConfig;

#[cfg(feature = "fuzzing")]
pub use filter::EventListParams;

/// Every route about events.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list::list_events);
}
