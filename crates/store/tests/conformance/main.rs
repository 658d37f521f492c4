//! One suite for both databases.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod harness;

mod connections;
mod credentials;
mod idempotency;
mod keys;
mod lanes;
mod models;
mod opening;
mod organizations;
mod outages;
mod pooler;
mod secrets;
mod together;
mod tokens;
mod wake_ups;
