//! What every change of a status leaves behind: its event, and word to this process's subscribers.

use syncline_domain::{Status, Sync, TransitionKind};

use crate::bug::{self, Bug};
use crate::error::StoreError;
use crate::events::NewEvent;
use crate::store::SyncChange;
use crate::syncs::row::MovedRow;
use crate::tx::Tx;

/// A sync that changed its status, or was made, in this transaction.
pub(super) struct Noted(NewEvent);

impl Noted {
    /// One that was made.
    pub(super) fn made(sync: &Sync) -> Self {
        Self(NewEvent {
            transition: None,
            from: None,
            ..event_of(sync)
        })
    }

    /// One that moved, as it stands now.
    pub(super) fn of(sync: &Sync, kind: TransitionKind, from: Status) -> Self {
        Self(NewEvent {
            transition: Some(kind),
            from: Some(from),
            ..event_of(sync)
        })
    }

    /// One of many that moved; no transition over many leaves an error.
    pub(super) fn moved(
        row: &MovedRow,
        kind: TransitionKind,
        from: Option<Status>,
        to: Status,
    ) -> Self {
        Self(NewEvent {
            organization_id: row.organization_id,
            connection_id: row.connection_id,
            model_id: row.model_id,
            sync_id: row.id,
            attempt: row.attempt,
            transition: from.map(|_| kind),
            from,
            to,
            error: None,
        })
    }
}

fn event_of(sync: &Sync) -> NewEvent {
    NewEvent {
        organization_id: sync.organization_id,
        connection_id: sync.connection_id,
        model_id: sync.model_id,
        sync_id: sync.id,
        attempt: sync.lifecycle.attempt(),
        transition: None,
        from: None,
        to: sync.lifecycle.status(),
        error: sync.lifecycle.parts().error.clone(),
    }
}

impl Tx<'_> {
    /// In the transaction of the changes, behind them: their rows are locked, so that the events of
    /// one sync are written in the order of its changes.
    pub(super) fn note_moves(
        &mut self,
        moves: impl IntoIterator<Item = Noted>,
    ) -> Result<(), StoreError> {
        let events: Vec<NewEvent> = moves.into_iter().map(|Noted(event)| event).collect();
        let is_queued = |event: &NewEvent| event.transition == Some(TransitionKind::Enqueue);
        if !(bug::is_on(Bug::EventForgotten) && events.iter().any(is_queued)) {
            self.insert_events(&events)?;
        }
        for event in events {
            self.announce(SyncChange {
                sync_id: event.sync_id,
                model_id: event.model_id,
                organization_id: event.organization_id,
                status: event.to,
            });
        }
        Ok(())
    }
}
