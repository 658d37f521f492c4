//! From a request to the first page that its sync asks for, on a server that has nothing else to do.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::report::Report;
use crate::setting::{Bench, Database};

const TIMES: usize = 200;

pub(crate) async fn measure(database: Database, report: &mut Report) {
    let bench = Bench::start(database, 10, 2).await;
    // The first sync prepares what later ones find.
    bench.sync(false).await;
    let mut times = Vec::new();
    for _ in 0..TIMES {
        let before = bench.demo.totals().0;
        let asked = Instant::now();
        let body = json!({ "models": ["invoices"] });
        let syncs = bench.api.request_sync(bench.connection_id(), body).await;
        while bench.demo.totals().0 == before {
            // As fine as the figure needs to be.
            tokio::time::sleep(Duration::from_micros(200)).await;
        }
        times.push(asked.elapsed());
        let ended = bench.api.wait_for_syncs(&syncs).await;
        assert_eq!(ended[0]["status"], "complete");
    }
    times.sort();
    let at = |share: usize| times[(times.len() - 1) * share / 100].as_secs_f64() * 1e3;
    report.note(
        database,
        "request to first page asked for, p50 / p99 ms (p99 required below 50)",
        format!("{:.2} / {:.2}", at(50), at(99)),
    );
}
