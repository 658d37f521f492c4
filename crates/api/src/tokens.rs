//! API tokens: who may do what. For admins alone.

mod create;
mod input;
mod list;
mod read;
mod revoke;
mod rotate;
mod view;

use utoipa_actix_web::service_config::ServiceConfig;

#[cfg(feature = "fuzzing")]
pub use input::{CreateTokenBody, RotateTokenBody};

/// Every route about tokens.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list::list_tokens)
        .service(create::create_token)
        .service(read::read_token)
        .service(rotate::rotate_token)
        .service(revoke::revoke_token);
}
