//! A change on the wire.

use chrono::{DateTime, Utc};
use serde::Serialize;
use syncline_store::audit::AuditEvent;
use utoipa::ToSchema;

use crate::time;

/// One change: who made it, of what, and how it ended.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditEvent)]
pub struct AuditEventView {
    /// Its id; it sorts by the time of the change.
    #[schema(example = "audit_01h455vb4pex5vsknk084sn02q")]
    pub id: String,
    /// When it was made.
    #[serde(serialize_with = "time::required")]
    #[schema(example = "2026-01-31T12:00:00.000000Z")]
    pub created_at: DateTime<Utc>,
    /// The token that made it; null for the operator, at the command line.
    #[schema(required, example = "tok_01h455vb4pex5vsknk084sn02q")]
    pub token_id: Option<String>,
    /// What was asked for, by its name in this document.
    #[schema(example = "request_sync")]
    pub operation_id: String,
    /// The id of what was changed or made.
    #[schema(required, example = "conn_01h455vb4pex5vsknk084sn02q")]
    pub target: Option<String>,
    /// The request, as `X-Request-Id` and the log name it; null at the command line.
    #[schema(required, example = "0190163d-8694-739b-aea5-966c26f8ad91")]
    pub request_id: Option<String>,
    /// How it ended: the HTTP status that was answered; null at the command line.
    #[schema(required, example = 200)]
    pub status: Option<i32>,
    /// Always `audit_event`.
    #[schema(example = "audit_event")]
    pub object: &'static str,
}

impl From<AuditEvent> for AuditEventView {
    fn from(event: AuditEvent) -> Self {
        let AuditEvent {
            id,
            organization_id: _,
            created_at,
            token_id,
            operation,
            target,
            request_id,
            status,
        } = event;
        Self {
            id: id.to_string(),
            created_at,
            token_id: token_id.map(|id| id.to_string()),
            operation_id: operation,
            target,
            request_id,
            status,
            object: "audit_event",
        }
    }
}
