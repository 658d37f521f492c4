#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

pub mod id;
pub mod status;
pub mod transition;
pub mod lifecycle;
pub mod retry;
pub mod sync;
pub mod attempt;
pub mod scope;
pub mod range;
pub mod state;
pub mod schedule;
pub mod connection;
pub mod health;
pub mod model;

pub use id::{
    AttemptNumber, BatchId, ConnectionId, FileId, ModelId, OrganizationId, RecordId, SyncId,
    TokenId,
};
pub use lifecycle::{Lifecycle, LifecycleParts};
pub use status::Status;
pub use sync::Sync;
pub use transition::{Transition, TransitionError, TransitionKind};
