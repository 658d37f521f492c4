//! The API as callers see it: the application without a socket, over a real store, on both
//! databases; and a few tests of the server on a socket.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

/// An inline snapshot that both databases share.
macro_rules! snapshot {
    ($value:expr, @$text:literal) => {{
        let value = serde_json::to_value(&$value).unwrap();
        insta::allow_duplicates! { insta::assert_json_snapshot!(value, @$text) }
    }};
}

mod answer;
mod provider;
mod test_app;
mod work;

mod audit_events;
mod bad_requests;
mod batches;
mod browsers;
mod connections;
mod contract;
mod cursors;
mod documents;
mod errors;
mod event_streams;
mod events;
mod explaining;
mod found_models;
mod held_deletes;
mod idempotency;
mod limits;
mod model_states;
mod models;
mod operations;
mod providers;
mod records;
mod server;
mod slow_callers;
mod spec;
mod syncs;
mod tenants;
mod tokens;
mod waiting;
