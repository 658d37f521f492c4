//! Providers: the kinds of outside systems that connections can be made for.

mod list;
mod read;
mod view;

use utoipa_actix_web::service_config::ServiceConfig;

/// Every route about providers.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list::list_providers)
        .service(read::read_provider);
}
