//! The committed documents, and the checks themselves.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod answers;
mod breaking;
mod clients;
mod examples;
mod links;
mod released;
mod twin;
