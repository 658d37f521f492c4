//! The benchmark of the whole: the real program, real databases and HTTP on loopback, with the
//! bare statements beside it in the same run.

#![expect(
    clippy::panic,
    clippy::expect_used,
    reason = "a benchmark that cannot go on stops"
)]

mod bare;
mod beside;
mod claims;
mod dlt;
mod footprint;
mod latency;
mod lifecycles;
mod manifest;
mod peers;
mod process;
mod reading;
mod records;
mod reference;
mod report;
mod requests;
mod scale;
mod setting;

use setting::Database;

/// Runs the parts that the words name, or all.
pub fn run(words: &[String]) {
    let scale = setting::Scale::read();
    let wants = |part: &str| words.is_empty() || words.iter().any(|word| word == part);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let mut report = report::Report::begin(&scale);
        let databases = Database::all();
        if wants("records") {
            let mut ours = Vec::new();
            for database in &databases {
                ours.push(records::measure(*database, &scale, &mut report).await);
            }
            // Right after ours, so that the machine is in the same mood.
            beside::measure(&ours, &scale, &mut report);
        }
        for database in databases {
            if wants("requests") {
                requests::measure(database, &scale, &mut report).await;
            }
            if wants("latency") {
                latency::measure(database, &mut report).await;
            }
            if wants("lifecycles") {
                lifecycles::measure(database, &scale, &mut report).await;
            }
            // Takes long, and a lot of disk: only when it is named.
            if words.iter().any(|word| word == "scale") {
                scale::measure(database, &scale, &mut report).await;
            }
            if wants("memory") {
                footprint::measure(database, &scale, &mut report).await;
            }
        }
        if wants("manifest") {
            manifest::measure(&scale, &mut report);
        }
        report.print();
    });
}
