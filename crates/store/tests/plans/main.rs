//! Every statement that a life of syncs asks finds its rows by an index.
//!
//! The statements are not listed here: they are overheard while the scenario runs, so that a new
//! one cannot be forgotten.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

#[path = "../runs/world/mod.rs"]
#[expect(dead_code, reason = "shared with the other tests, which use all of it")]
mod world;

mod overheard;
mod postgres_plans;
mod scenario;
mod sqlite_plans;

use syncline_test_support::DatabaseKind;
use syncline_test_support::{TestDatabase, both_databases};

/// Tables that grow with use. The others hold a handful of rows.
const GROWING: [&str; 18] = [
    "syncs",
    "attempts",
    "records",
    "batches",
    "batch_members",
    "seen_pages",
    "model_states",
    "staged_states",
    "model_feeds",
    "models",
    "connections",
    "secret_documents",
    "credential_leases",
    "quotas",
    "audit_events",
    "events",
    "held_deletes",
    "idempotency_keys",
];

/// Indexes that hold nothing but what is alive, or has a schedule: reading one of them from its
/// beginning is what they are for.
const SMALL_INDEXES: [&str; 6] = [
    "syncs_turn",
    "syncs_due",
    "syncs_leases",
    "syncs_queued",
    "models_by_next_sync",
    "held_deletes_under_way",
];

both_databases! {
    async fn no_statement_reads_a_whole_table(db: TestDatabase) {
        let heard = overheard::while_running(scenario::run(&db)).await;
        assert!(heard.len() > 60, "only {} statements were overheard", heard.len());
        let plans = match db.kind() {
            DatabaseKind::Sqlite => sqlite_plans::complaints(&db, &heard),
            DatabaseKind::Postgres => postgres_plans::complaints(&db, &heard),
        };
        assert!(plans.is_empty(), "{}", plans.join("\n\n"));
    }
}
