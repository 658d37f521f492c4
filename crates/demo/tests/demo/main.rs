//! The demo provider as its readers meet it, over HTTP.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod auth;
mod changes;
mod controls;
mod faults;
mod filters;
mod gate;
mod manifest;
mod paging;
mod reader;
mod seed;
