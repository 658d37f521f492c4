//! The API as callers see it: the application without a socket, over a real store.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod spec;
