//! The HTTP API of Syncline: what `reference/request-a-sync` documents, and its neighbours.
//!
//! Handlers extract, call the [store](syncline_store) once, and answer a view. The OpenAPI
//! document comes from their registration. The API and the engine never see each other: they
//! meet in the store.

mod api;
mod app;
mod server;

mod audit_events;
mod batches;
mod connections;
mod events;
mod health;
mod held_deletes;
mod models;
mod providers;
mod records;
mod syncs;
mod tokens;

mod answer;
mod auth;
mod change;
mod cursor;
mod idempotency;
mod input;
mod limits;
mod middleware;
mod problem;
mod spec;
mod time;
mod wait;
mod watch;

#[cfg(feature = "fuzzing")]
pub mod fuzzing;

pub use api::Api;
pub use app::app;
pub use auth::Touches;
pub use events::EventStreams;
pub use limits::{LimitOptions, Limits};
pub use problem::code::ErrorCode;
pub use server::tls::{Tls, TlsError};
pub use server::{serve, server};
pub use spec::{error_table, openapi_3_0_json, openapi_json};
pub use watch::Watch;
