//! Held deletes: records that a full pass missed, and that are too many to be deleted unasked.

mod decide;
mod filter;
mod list;
mod read;
mod records;
mod view;

use utoipa_actix_web::service_config::ServiceConfig;

#[cfg(feature = "fuzzing")]
pub use filter::HeldListParams;

/// Every route about held deletes.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list::list_held_deletes)
        .service(read::read_held_deletes)
        .service(records::list_held_records)
        .service(decide::release_held_deletes)
        .service(decide::dismiss_held_deletes)
        .service(decide::undo_held_deletes);
}
