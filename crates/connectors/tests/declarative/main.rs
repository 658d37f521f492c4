//! The declarative source against a scripted provider on loopback.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod checking;
mod decoding;
mod error_handlers;
mod errors;
mod incremental;
mod large;
mod manifests;
mod outgoing;
mod paging;
mod partition_states;
mod partitions;
mod records;
mod registry;
mod requests;
mod resuming;
mod run;
mod server;
