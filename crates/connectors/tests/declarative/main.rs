//! The declarative source against a scripted provider on loopback.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod authenticating;
mod checking;
mod config_rules;
mod crashing;
mod cursors;
mod decoding;
mod delegating;
mod discovering;
mod endless;
mod error_handlers;
mod errors;
mod expanding;
mod incremental;
mod jobs;
mod large;
mod lost_jobs;
mod manifests;
mod outgoing;
mod paging;
mod partition_states;
mod partitions;
mod politeness;
mod properties;
mod quotas;
mod records;
mod registry;
mod renewing;
mod requests;
mod resets;
mod resuming;
mod run;
mod schemas;
mod server;
mod signing;
mod smaller;
mod support;
mod test_keys;
mod transforming;
mod unpacking;
mod vault;
mod zones;
