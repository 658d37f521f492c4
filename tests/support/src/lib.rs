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
//!
//! # The real program
//!
//! [`Program`] says how to call the `syncline` that lies beside the tests (`target/debug/syncline`;
//! `make test` builds it first, by hand it is `cargo build -p syncline`). Its [`serve`](Program::serve)
//! starts a [`Server`] on a free port, [`Server::api`] makes an [`Api`] with a new token:
//!
//! ```no_run
//! use serde_json::json;
//! use syncline_test_support::{Program, TestDatabase, both_databases};
//!
//! both_databases! {
//!     async fn a_killed_server_goes_on(db: TestDatabase) {
//!         let mut server = Program::new(db.url()).providers("tests/providers").serve().await;
//!         let api = server.api("acme");
//!         let body = json!({ "provider_name": "demo", "name": "Books", "config": {} });
//!         let connection = api.post("/v2/integrations/connections", body).await.expect_status(201);
//!         let id = connection.json["id"].as_str().unwrap_or_default();
//!         let syncs = api.request_sync(id, None).await;
//!
//!         server.kill9();
//!         let server = server.start_again().await;
//!         let api = api.at(&server);
//!         for sync in api.wait_for_syncs(&syncs).await {
//!             assert_eq!(sync["status"], "complete");
//!         }
//!     }
//! }
//! # fn main() {}
//! ```
//!
//! Every answer is held to `openapi/openapi.json`: its status, media type, headers and body.
//!
//! Nothing here sleeps: a server is ready when it has printed `listening on http://ADDRESS`, a
//! sync is waited for by the server's own long poll, and a process has ended when its standard
//! output closes. What waits is bounded, and panics with what it waited for. A process that is
//! still there when its test ends is killed; when the test fails, its log is printed.

#![expect(
    clippy::panic,
    reason = "a test fails by panicking; nothing here runs outside of tests"
)]

mod both;
mod database;
mod postgres;

mod process;
mod program;
mod server;

mod answer;
mod api;
mod waiting;

pub use both::run;
pub use database::{DatabaseKind, TestDatabase};

pub use process::Process;
#[cfg(target_os = "linux")]
pub use process::allow_open_files;
pub use program::{Finished, Program, program_path};
pub use server::Server;

pub use answer::Answer;
pub use api::{Api, http_client};
pub use waiting::is_final;
