//! The engine on both databases, moved step by step: the clock stands still until a test moves
//! it, sources do what their script says, and nothing sleeps.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

/// Both databases give the same text, so that one snapshot is compared twice.
macro_rules! assert_snapshot {
    ($value:expr, @$text:literal) => {{
        let value = $value;
        insta::allow_duplicates! { insta::assert_snapshot!(value, @$text) }
    }};
}

mod support;

mod crashes;
mod credentials;
mod deletes;
mod failures;
mod jobs;
mod leases;
mod outages;
mod partitions;
mod quotas;
mod reading;
mod registry;
mod running;
mod turns;
