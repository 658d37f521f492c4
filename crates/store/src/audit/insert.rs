//! Changes are noted.

use syncline_domain::{AuditEventId, TokenId};

use super::NewAuditEvent;
use crate::error::StoreError;
use crate::sql::{Sql, marks};
use crate::tx::Tx;

/// Rows of one statement.
const ROWS: usize = 16;

impl Tx<'_> {
    /// Notes a change that this transaction makes.
    ///
    /// # Errors
    /// Failures of the database alone.
    pub fn insert_audit_event(&mut self, new: NewAuditEvent) -> Result<AuditEventId, StoreError> {
        let id = AuditEventId::from_parts(self.now(), self.entropy());
        self.insert_audit_events(vec![(id, new)])?;
        Ok(id)
    }

    /// Notes changes that this transaction makes.
    pub(crate) fn insert_audit_events(
        &mut self,
        mut new: Vec<(AuditEventId, NewAuditEvent)>,
    ) -> Result<(), StoreError> {
        let now = self.now();
        while !new.is_empty() {
            let rest = new.split_off(new.len().min(ROWS));
            let rows = vec![format!("({})", marks(8)); new.len()].join(", ");
            let mut insert = Sql::new(format!(
                "INSERT INTO audit_events (id, organization_id, created_at, token_id, operation, \
                 target, request_id, status) VALUES {rows}"
            ));
            for (id, new) in new {
                let NewAuditEvent {
                    organization_id,
                    token_id,
                    operation,
                    target,
                    request_id,
                    status,
                } = new;
                insert = insert
                    .id(id.uuid())
                    .id(organization_id.uuid())
                    .time(now)
                    .opt_id(token_id.map(TokenId::uuid))
                    .text(operation)
                    .opt_text(target)
                    .opt_text(request_id)
                    .opt_int(status);
            }
            insert.run(self)?;
            new = rest;
        }
        Ok(())
    }
}
