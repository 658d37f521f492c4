//! Records: what landed, in the order of change.

mod list;
mod read;
mod view;

pub use view::RecordView;

use utoipa_actix_web::service_config::ServiceConfig;

#[cfg(feature = "fuzzing")]
pub use list::RecordListParams;

/// Every route about records.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list::list_records)
        .service(read::read_record);
}
