//! The audit trail: what tokens changed. For admins alone.

mod filter;
mod list;
mod view;

use utoipa_actix_web::service_config::ServiceConfig;

/// Every route about the audit trail.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list::list_audit_events);
}
