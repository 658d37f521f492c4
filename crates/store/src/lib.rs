//! Where Syncline keeps everything: SQLite or PostgreSQL, through diesel.
//!
//! All questions and changes are methods of [`Tx`](tx::Tx), named by intention; a
//! [`Store`](store::Store) runs them in a transaction, off the async threads. This is the only
//! crate that knows SQL, and `transitions` is its only module that writes `syncs.status`.

#[doc(hidden)]
pub mod bug;
pub mod clock;
pub mod error;
pub mod page;
pub mod secrets;
pub mod stepped;
pub mod store;
pub mod tx;

pub mod audit;
pub mod connections;
pub mod events;
pub mod held;
pub mod idempotency;
pub mod manifests;
pub mod models;
pub mod organizations;
pub mod quotas;
pub mod records;
pub mod retention;
pub mod runs;
pub mod syncs;
pub mod tokens;
mod transitions;
pub mod workers;

mod db;
mod entropy;
mod schema;
mod sql;
mod together;
