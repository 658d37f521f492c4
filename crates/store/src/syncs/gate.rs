//! Requests that come at the same moment share a transaction.

use syncline_domain::AuditEventId;
use uuid::Uuid;

use super::{Batch, SyncRequest};
use crate::audit::NewAuditEvent;
use crate::error::StoreError;
use crate::store::{Lane, Store};
use crate::together::{Answers, Together};
use crate::tx::Tx;

/// Requests for syncs.
pub(crate) struct Requests;

impl Together for Requests {
    type Call = (SyncRequest, NewAuditEvent);
    type Answer = Batch;

    const LANE: Option<Lane> = Some(Lane::Control);
    const MOST: usize = 32;

    /// Of two requests for a connection one has to find what the other made.
    fn apart((request, _): &Self::Call) -> Option<Uuid> {
        Some(request.connection_id.uuid())
    }

    fn serve(tx: &mut Tx<'_>, calls: &[Self::Call]) -> Result<Answers<Batch>, StoreError> {
        let requests: Vec<&SyncRequest> = calls.iter().map(|(request, _)| request).collect();
        let batches = tx.request_all(&requests)?;
        let granted = batches.iter().zip(calls).filter(|(batch, _)| batch.is_ok());
        let events = granted.map(|(_, (_, event))| {
            let id = AuditEventId::from_parts(tx.now(), tx.entropy());
            (id, event.clone())
        });
        let events = events.collect();
        tx.insert_audit_events(events)?;
        Ok(batches)
    }
}

impl Store {
    /// As [`Tx::request_syncs`], in a transaction that requests share which come at the same
    /// moment. `event` goes into the audit trail with it.
    ///
    /// # Errors
    /// As there, and [`StoreError::Unavailable`]: see [`write`](Self::write).
    pub async fn request_syncs(
        &self,
        request: SyncRequest,
        event: NewAuditEvent,
    ) -> Result<Batch, StoreError> {
        self.gates().requests.pass(self, (request, event)).await
    }
}
