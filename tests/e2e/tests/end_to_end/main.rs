//! The real program, driven over HTTP, reading real HTTP servers, on both databases.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod world;

mod broken_providers;
mod cancelling;
mod command_line;
mod crashes;
mod database_faults;
mod datasette;
mod faults;
mod first_and_later_syncs;
mod joining;
mod keys;
mod outgoing;
mod planted_secrets;
mod pooler;
mod shutdown;
mod tls;
mod upgrade;
#[cfg(target_os = "linux")]
mod waiting;
mod workers;
