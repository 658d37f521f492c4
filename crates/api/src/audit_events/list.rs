//! `GET /audit_events`

use actix_web::{get, web};

use super::filter::AuditListParams;
use super::view::AuditEventView;
use crate::answer::Answer;
use crate::api::Api;
use crate::input::{List, PagingParams};
use crate::problem::Problem;

/// List what was changed
///
/// Newest first. Each change is noted in the transaction that makes it: what was refused, and an
/// answer that was given again for an `Idempotency-Key`, changed nothing and is not here.
#[utoipa::path(
    tag = "audit_events",
    params(AuditListParams, PagingParams),
    responses((status = 200, description = "A page of changes.", body = Vec<AuditEventView>))
)]
#[get("/audit_events")]
pub async fn list_audit_events(
    api: web::Data<Api>,
    mut list: List<AuditListParams>,
) -> Result<Answer, Problem> {
    let (organization_id, page) = (list.caller.organization_id, list.page()?);
    let filter = std::mem::take(&mut list.filter).into();
    let page = api
        .store
        .read(move |tx| tx.list_audit_events_of_organization(organization_id, &filter, page))
        .await?;
    list.answer::<AuditEventView, _, _>(page)
}
