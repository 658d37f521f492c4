//! Models: the kinds of objects of a connection, with their schedules and states.

mod read;
mod schedule;
mod state;
mod update;
mod view;

use utoipa_actix_web::service_config::ServiceConfig;

pub use view::ModelView;
#[cfg(feature = "fuzzing")]
pub use {schedule::replace::ReplaceScheduleBody, update::UpdateModelBody};

/// Every route about models.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(read::read_model)
        .service(update::update_model)
        .service(schedule::read::read_model_schedule)
        .service(schedule::replace::replace_model_schedule)
        .service(state::read::read_model_state)
        .service(state::replace::replace_model_state);
}
