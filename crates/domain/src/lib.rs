#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

pub mod access;
pub mod attempt;
pub mod connection;
pub mod credential;
pub mod explain;
pub mod fairness;
pub mod health;
pub mod held;
pub mod id;
pub mod lifecycle;
pub mod model;
pub mod quota;
pub mod range;
pub mod retry;
pub mod schedule;
pub mod scope;
pub mod state;
pub mod status;
pub mod sync;
pub mod transition;

pub use id::{
    AttemptNumber, AuditEventId, BatchId, ConnectionId, EventId, FileId, HeldDeletesId, ModelId,
    OrganizationId, RecordId, SyncId, TokenId,
};
pub use lifecycle::{Lifecycle, LifecycleParts};
pub use status::Status;
pub use sync::Sync;
pub use transition::{Transition, TransitionError, TransitionKind};
