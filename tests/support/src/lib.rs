//! What the tests of every crate share: databases that live as long as one test, and the real
//! `syncline` program as a child process with a client for its API.
//!
//! # One test, both databases
//!
//! [`both_databases!`] turns each function into two tests, `name::sqlite` and `name::postgres`:
//!
//! ```
//! use syncline_test_support::{TestDatabase, both_databases};
//!
//! both_databases! {
//!     /// An attribute or a doc comment may stand here.
//!     async fn a_page_lands_whole(db: TestDatabase) {
//!         assert!(!db.url().is_empty());
//!     }
//!
//!     fn a_plain_function_may_stand_beside_it(db: TestDatabase) {
//!         assert!(!db.url().is_empty());
//!     }
//! }
//! # fn main() {}
//! ```
//!
//! The PostgreSQL half needs a server: `make test` starts one, and so does
//! `tests/env/with-postgres.sh cargo test -p syncline-store`. Without one, run
//! `cargo test -p syncline-store -- --skip postgres`; a test that finds no server fails and says so.

#![expect(
    clippy::panic,
    reason = "a test fails by panicking; nothing here runs outside of tests"
)]

mod both;
mod database;
mod postgres;

pub use both::run;
pub use database::{DatabaseKind, TestDatabase};
