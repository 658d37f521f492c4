//! A change is noted.

use syncline_domain::{AuditEventId, TokenId};

use super::NewAuditEvent;
use crate::error::StoreError;
use crate::sql::Sql;
use crate::tx::Tx;

impl Tx<'_> {
    /// Notes a change that this transaction makes.
    ///
    /// # Errors
    /// Failures of the database alone.
    pub fn insert_audit_event(&mut self, new: NewAuditEvent) -> Result<AuditEventId, StoreError> {
        let NewAuditEvent {
            organization_id,
            token_id,
            operation,
            target,
            request_id,
            status,
        } = new;
        let now = self.now();
        let id = AuditEventId::from_parts(now, self.entropy());
        Sql::new(
            "INSERT INTO audit_events (id, organization_id, created_at, token_id, operation, \
             target, request_id, status) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .id(id.uuid())
        .id(organization_id.uuid())
        .time(now)
        .opt_id(token_id.map(TokenId::uuid))
        .text(operation)
        .opt_text(target)
        .opt_text(request_id)
        .opt_int(status)
        .run(self)?;
        Ok(id)
    }
}
