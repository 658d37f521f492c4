//! Chaos, for real: processes under `kill -9` and SIGSTOP, a database that is stopped hard, cut off
//! and out of disk, clocks that are set back. Afterwards, and all the while, what landed is held to
//! what the source served.
//!
//! `make chaos` runs it; `SEED` repeats the order of the faults, not their timing.

#![expect(
    clippy::panic,
    clippy::expect_used,
    reason = "a run that cannot go on stops"
)]

mod client;
mod cluster;
mod disk;
mod faults;
mod fleet;
mod load;
mod outage;
mod plan;
mod proxy;
mod report;
mod setting;
mod site;
mod verdict;
mod watch;

use setting::{Database, Setting};

/// Runs on the databases that the words name (`sqlite`, `postgres`), or on both; ends the process
/// with 1 when a promise was broken.
pub fn run(words: &[String]) {
    let setting = Setting::read();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    let broken: usize = Database::all()
        .into_iter()
        .filter(|database| words.is_empty() || words.iter().any(|word| word == database.name()))
        .map(|database| runtime.block_on(site::run(database, &setting)))
        .sum();
    if broken > 0 {
        std::process::exit(1);
    }
}
