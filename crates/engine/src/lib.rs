//! Running syncs: claim, read, commit, retry, rescue, release.
//!
//! An [`Engine`] keeps a store's syncs going until it is shut down. All that it
//! does are acts of a [`Worker`], which tests and simulations call one by one.
//! A worker claims syncs and runs each as a [`SyncRun`](run::SyncRun), which reads the pages of a
//! source that [`Sources`] gives it. The engine holds no rules of its own:
//! `syncline-domain` decides what follows, `syncline-store` keeps it.

mod backoff;
pub mod engine;
mod heartbeat;
mod held;
mod listener;
pub mod options;
mod pool;
mod presence;
pub mod quotas;
mod retention;
pub mod run;
mod scheduler;
pub mod sources;
pub mod worker;

pub use engine::Engine;
pub use options::{EngineOptions, Jitter};
pub use quotas::Quotas;
pub use sources::{RegistrySources, Sources, SourcesError, SyncSource};
pub use worker::{Tick, Worker};
