//! The declarative source against a scripted provider on loopback.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod manifests;
mod paging;
mod run;
mod server;
