//! Events are written, without a number.

use syncline_domain::EventId;

use super::NewEvent;
use crate::error::StoreError;
use crate::sql::{Sql, marks, printable};
use crate::tx::Tx;

/// Rows of one statement.
const ROWS: usize = 16;

impl Tx<'_> {
    /// In this order.
    pub(crate) fn insert_events(&mut self, events: &[NewEvent]) -> Result<(), StoreError> {
        let now = self.now();
        for events in events.chunks(ROWS) {
            let rows = vec![format!("({})", marks(11)); events.len()].join(", ");
            let mut insert = Sql::new(format!(
                "INSERT INTO events (id, created_at, organization_id, connection_id, model_id, \
                 sync_id, attempt, transition, from_status, to_status, error) VALUES {rows}"
            ));
            for event in events {
                let NewEvent {
                    organization_id,
                    connection_id,
                    model_id,
                    sync_id,
                    attempt,
                    transition,
                    from,
                    to,
                    error,
                } = event;
                insert = insert
                    .id(EventId::from_parts(now, self.entropy()).uuid())
                    .time(now)
                    .id(organization_id.uuid())
                    .id(connection_id.uuid())
                    .id(model_id.uuid())
                    .id(sync_id.uuid())
                    .int(*attempt)
                    .opt_text(transition.map(|kind| kind.as_str().to_owned()))
                    .opt_text(from.map(|status| status.as_str().to_owned()))
                    .text(to.as_str())
                    .opt_text(error.as_deref().map(printable));
            }
            insert.run(self)?;
        }
        Ok(())
    }
}
