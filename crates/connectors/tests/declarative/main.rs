//! The declarative source against a scripted provider on loopback.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod errors;
mod incremental;
mod manifests;
mod paging;
mod requests;
mod run;
mod server;
