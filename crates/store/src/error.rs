//! What can go wrong in the store.

use syncline_domain::{ConnectionId, TransitionError};

/// A failure of the store. Conflicts and absences are answers for the caller; `Unavailable`
/// passes; the rest is for the operator.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database cannot be opened as asked; the text says what to do.
    #[error("{0}")]
    Open(String),
    /// No such thing in this organization.
    #[error("there is no {what} `{id}`")]
    NotFound {
        /// `connection`, `model`, `sync`, …
        what: &'static str,
        /// As it was asked for.
        id: String,
    },
    /// Something exists that excludes it.
    #[error("{0}")]
    Conflict(String),
    /// The state machine says no, or the writer's attempt is over.
    #[error(transparent)]
    Transition(#[from] TransitionError),
    /// A reader's cursor is older than what is kept.
    #[error(
        "this cursor is older than the deletions that are kept: read the model again from the start"
    )]
    CursorExpired,
    /// A cursor of the events that is older than those that are kept.
    #[error(
        "this cursor is older than the events that are kept: read them again from the start, and \
         look at the syncs themselves"
    )]
    EventsExpired,
    /// Names of models that the connection does not have, or that cannot be read.
    #[error("the connection has no readable model {}", .0.join(", "))]
    UnknownModels(Vec<String>),
    /// Ids that are none of the organization's connections.
    #[error("the organization has no connection {}", list(.0))]
    UnknownConnections(Vec<ConnectionId>),
    /// The same idempotency key came with another body.
    #[error("this Idempotency-Key was used with another body")]
    IdempotencyMismatch,
    /// A request with the same idempotency key is under way.
    #[error("a request with this Idempotency-Key is under way")]
    IdempotencyInFlight,
    /// The database is gone, full, locked or shutting down: try again later.
    #[error("the database is not available: {reason}")]
    Unavailable {
        /// What happened.
        reason: String,
        /// Where it came from.
        #[source]
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
    /// A stored value that this program would never write.
    #[error("the database holds what it never should: {0}")]
    Corrupt(String),
    /// Any other failure of the database.
    #[error("the database refused a statement")]
    Database(#[source] Box<dyn std::error::Error + Send + Sync>),
}

fn list(ids: &[ConnectionId]) -> String {
    let ids: Vec<String> = ids.iter().map(ConnectionId::to_string).collect();
    ids.join(", ")
}
