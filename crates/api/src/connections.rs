//! Connections: one organization's accounts at providers, and the request for syncs.

mod change;
mod check;
mod config;
mod create;
mod delete;
mod input;
mod list;
mod models;
mod provider;
mod read;
mod request_sync;
mod syncs;
mod update;
mod view;

pub use provider::{find_manifest, with_found};
use utoipa_actix_web::service_config::ServiceConfig;

#[cfg(feature = "fuzzing")]
pub use self::{
    input::{CreateConnectionBody, UpdateConnectionBody},
    request_sync::RequestSyncBody,
    syncs::ConnectionSyncsParams,
};

/// Every route about connections.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(request_sync::request_sync)
        .service(list::list_connections)
        .service(create::create_connection)
        .service(read::read_connection)
        .service(update::update_connection)
        .service(delete::delete_connection)
        .service(config::read_connection_config)
        .service(check::check_connection)
        .service(models::list_models_of_connection)
        .service(syncs::list_syncs_of_connection);
}
