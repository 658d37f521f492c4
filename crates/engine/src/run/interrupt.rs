//! What keeps a run from going on.

use std::any::Any;

use syncline_connectors::error::SourceError;
use syncline_store::error::StoreError;

use crate::pool::Stop;

/// Why an attempt ends before its proven end.
#[derive(Debug)]
pub(super) enum Interrupt {
    /// It was told to stop, or the store says that the attempt is over.
    Stop(Stop),
    /// The source failed.
    Source(SourceError),
    /// The connector, or this program, has a defect.
    Defect,
    /// The store failed in a way that waiting does not mend.
    Store(StoreError),
}

impl Interrupt {
    /// Whether the sync is not ours any more, so that nothing may be written.
    pub(super) fn is_lost(&self) -> bool {
        matches!(self, Self::Stop(Stop::Lost))
    }

    /// What a panic leaves behind. Its text is for the log, not for callers.
    pub(super) fn panic(payload: &(dyn Any + Send)) -> Self {
        let text = payload
            .downcast_ref::<&str>()
            .copied()
            .or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        tracing::error!(
            panic = text.unwrap_or("without a text"),
            "a connector panicked"
        );
        Self::Defect
    }
}

impl From<Stop> for Interrupt {
    fn from(stop: Stop) -> Self {
        Self::Stop(stop)
    }
}

impl From<SourceError> for Interrupt {
    fn from(error: SourceError) -> Self {
        Self::Source(error)
    }
}

impl From<StoreError> for Interrupt {
    fn from(error: StoreError) -> Self {
        match error {
            // The fence; and a sync that was deleted with its connection is not ours either.
            StoreError::Transition(_) | StoreError::NotFound { .. } => Self::Stop(Stop::Lost),
            StoreError::Unavailable { .. }
            | StoreError::Open(_)
            | StoreError::Conflict(_)
            | StoreError::CursorExpired
            | StoreError::EventsExpired
            | StoreError::UnknownModels(_)
            | StoreError::UnknownConnections(_)
            | StoreError::IdempotencyMismatch
            | StoreError::IdempotencyInFlight
            | StoreError::Corrupt(_)
            | StoreError::Database(_) => Self::Store(error),
        }
    }
}
