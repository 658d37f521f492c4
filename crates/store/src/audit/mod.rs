//! The audit trail: what was changed, by whom, and under which request. A row is written in the
//! transaction of its change, so that there is neither without the other.

mod insert;
mod list;

use chrono::{DateTime, Utc};
use syncline_domain::{AuditEventId, OrganizationId, TokenId};

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEvent {
    /// Its id; it sorts by the time of the change.
    pub id: AuditEventId,
    /// The tenant.
    pub organization_id: OrganizationId,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// By which token; none: by the operator at the command line.
    pub token_id: Option<TokenId>,
    /// The `operationId` of what was asked for.
    pub operation: String,
    /// The id of what was changed or made.
    pub target: Option<String>,
    /// The request's id, as the log has it; none at the command line.
    pub request_id: Option<String>,
    /// The HTTP status that was answered; none at the command line.
    pub status: Option<i32>,
}

/// A change that this transaction makes.
#[derive(Debug, Clone)]
pub struct NewAuditEvent {
    /// See [`AuditEvent`].
    pub organization_id: OrganizationId,
    /// See [`AuditEvent`].
    pub token_id: Option<TokenId>,
    /// See [`AuditEvent`].
    pub operation: String,
    /// See [`AuditEvent`].
    pub target: Option<String>,
    /// See [`AuditEvent`].
    pub request_id: Option<String>,
    /// See [`AuditEvent`].
    pub status: Option<i32>,
}

impl NewAuditEvent {
    /// A change that the operator makes at the command line.
    pub fn by_operator(organization_id: OrganizationId, operation: &str, target: String) -> Self {
        Self {
            organization_id,
            token_id: None,
            operation: operation.to_owned(),
            target: Some(target),
            request_id: None,
            status: None,
        }
    }
}

/// Which changes; every field narrows.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// By this token.
    pub token_id: Option<TokenId>,
    /// Of this target.
    pub target: Option<String>,
    /// At this moment or later.
    pub created_from: Option<DateTime<Utc>>,
    /// Before this moment.
    pub created_before: Option<DateTime<Utc>>,
}
