//! Where Syncline keeps everything: SQLite or PostgreSQL, through diesel.
//!
//! All questions and changes are methods of [`Tx`](tx::Tx), named by intention; a
//! [`Store`](store::Store) runs them in a transaction, off the async threads. This is the only
//! crate that knows SQL, and `transitions` is its only module that writes `syncs.status`.

pub mod store;
pub mod tx;
pub mod error;
pub mod clock;
pub mod secrets;
pub mod page;

pub mod organizations;
pub mod idempotency;
pub mod connections;
pub mod models;
pub mod manifests;
pub mod syncs;
pub mod runs;
pub mod records;
mod transitions;

mod db;
mod schema;
mod sql;
