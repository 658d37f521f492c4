//! Sync requests over HTTP, each for another connection, so that each makes syncs; on PostgreSQL the
//! same statements by pgbench beside them; then claims of what they queued.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::claims;
use crate::peers::{self, Script};
use crate::report::{Report, grouped};
use crate::setting::{Bench, Database, Scale, connect};

/// Who ask at once.
const CLIENTS: usize = 16;

pub(crate) async fn measure(database: Database, scale: &Scale, report: &mut Report) {
    // No workers: what is queued stays queued.
    let mut bench = Bench::start(database, 10, 0).await;
    let mut connections = Vec::new();
    for _ in 0..scale.requests {
        let connection = connect(&bench.api, &bench.demo).await;
        connections.push(connection["id"].as_str().expect("an id").to_owned());
    }
    let alone = connections.split_off(scale.requests * 3 / 4);
    let mut last = 0.0;
    for (clients, connections) in [(1, alone), (CLIENTS, connections)] {
        let (rate, p50, p99) = load(&bench, clients, connections).await;
        last = rate;
        let name =
            |figure: &str| format!("sync requests (3 models each), {clients} client(s), {figure}");
        report.note(database, &name("per second"), grouped(rate));
        report.note(
            database,
            &name("p50 / p99 ms"),
            format!("{p50:.2} / {p99:.2}"),
        );
    }
    if database == Database::Postgres {
        let requests = scale.requests * 3 / 4;
        for _ in 0..requests {
            connect(&bench.api, &bench.demo).await;
        }
        bench.database.execute(include_str!("../peers/work.sql"));
        let rate = peers::pgbench(bench.database.url(), Script::Requests, CLIENTS, requests);
        let name =
            format!("pgbench, the statements of a sync request, {CLIENTS} clients, per second");
        report.note(database, &name, grouped(rate));
        let name = format!("sync requests ÷ pgbench, {CLIENTS} clients (required 0.8)");
        report.note(database, &name, format!("{:.2}", last / rate));
    }
    bench.server.terminate();
    bench.server.wait().await;
    claims::measure(database, bench.database.url(), report).await;
}

async fn load(bench: &Bench, clients: usize, connections: Vec<String>) -> (f64, f64, f64) {
    let count = connections.len();
    let connections = Arc::new(std::sync::Mutex::new(connections));
    let begun = Instant::now();
    let tasks: Vec<_> = (0..clients)
        .map(|_| {
            let (api, connections) = (bench.api.clone(), Arc::clone(&connections));
            tokio::spawn(async move {
                let mut times = Vec::new();
                loop {
                    let Some(connection) = connections.lock().expect("the list").pop() else {
                        return times;
                    };
                    let asked = Instant::now();
                    let syncs = api.request_sync(&connection, None).await;
                    times.push(asked.elapsed());
                    assert_eq!(syncs.len(), 3);
                }
            })
        })
        .collect();
    let mut times: Vec<Duration> = Vec::new();
    for task in tasks {
        times.extend(task.await.expect("a client"));
    }
    let wall = begun.elapsed().as_secs_f64();
    times.sort();
    let at = |share: usize| times[(times.len() - 1) * share / 100].as_secs_f64() * 1e3;
    #[expect(clippy::cast_precision_loss, reason = "small counts")]
    let rate = count as f64 / wall;
    (rate, at(50), at(99))
}
