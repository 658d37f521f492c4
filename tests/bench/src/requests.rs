//! Sync requests over HTTP, each for another connection, so that each makes syncs; on PostgreSQL the
//! same statements by pgbench beside them; then claims of what they queued.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::claims;
use crate::peers::{self, Script};
use crate::process::Cpu;
use crate::report::{Report, grouped};
use crate::setting::{Bench, Database, Scale, connect};

/// Who ask at once.
const CLIENTS: usize = 16;

pub(crate) async fn measure(database: Database, scale: &Scale, report: &mut Report) {
    // No workers: what is queued stays queued.
    let mut bench = Bench::start(database, 10, 0).await;
    let mut connections = connect_many(&bench, scale.requests).await;
    let alone = connections.split_off(scale.requests * 3 / 4);
    let mut together = 0.0;
    for (clients, connections) in [(1, alone), (CLIENTS, connections)] {
        let load = load(&bench, clients, connections).await;
        together = load.rate;
        let name =
            |figure: &str| format!("sync requests (3 models each), {clients} client(s), {figure}");
        report.note(database, &name("per second"), grouped(load.rate));
        report.note(
            database,
            &name("p50 / p99 ms"),
            format!("{:.2} / {:.2}", load.p50, load.p99),
        );
        let figure = "CPU ms each: server / PostgreSQL / clients";
        report.note(database, &name(figure), load.cpu);
    }
    if database == Database::Postgres {
        let requests = scale.requests * 3 / 4;
        connect_many(&bench, requests).await;
        bench.database.execute(include_str!("../peers/work.sql"));
        let rate = peers::pgbench(bench.database.url(), Script::Requests, CLIENTS, requests);
        let name =
            format!("pgbench, the statements of a sync request, {CLIENTS} clients, per second");
        report.note(database, &name, grouped(rate));
        let name = format!("sync requests ÷ pgbench, {CLIENTS} clients (required 0.8)");
        report.note(database, &name, format!("{:.2}", together / rate));
    }
    bench.server.terminate();
    bench.server.wait().await;
    claims::measure(database, bench.database.url(), report).await;
    apart(database, scale, together, report).await;
}

/// The same on a server on which no calls share a transaction.
async fn apart(database: Database, scale: &Scale, together: f64, report: &mut Report) {
    let words = ["--database-group-size", "1"];
    let mut bench = Bench::start_with(database, 10, 0, &words).await;
    let connections = connect_many(&bench, scale.requests * 3 / 4).await;
    let load = load(&bench, CLIENTS, connections).await;
    bench.server.terminate();
    bench.server.wait().await;
    let name = |figure: &str| format!("sync requests, group size 1, {CLIENTS} clients, {figure}");
    report.note(database, &name("per second"), grouped(load.rate));
    let figure = "CPU ms each: server / PostgreSQL / clients";
    report.note(database, &name(figure), load.cpu);
    report.note(
        database,
        "sync requests ÷ those of group size 1 (required on SQLite: 3)",
        format!("{:.2}", together / load.rate),
    );
}

async fn connect_many(bench: &Bench, count: usize) -> Vec<String> {
    let mut connections = Vec::new();
    for _ in 0..count {
        let connection = connect(&bench.api, &bench.demo).await;
        connections.push(connection["id"].as_str().expect("an id").to_owned());
    }
    connections
}

/// What came of many requests.
struct Load {
    /// A second.
    rate: f64,
    /// In ms.
    p50: f64,
    p99: f64,
    cpu: String,
}

async fn load(bench: &Bench, clients: usize, connections: Vec<String>) -> Load {
    let count = connections.len();
    let connections = Arc::new(std::sync::Mutex::new(connections));
    let (before, begun) = (Cpu::of(bench.server.id()), Instant::now());
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
    let cpu = Cpu::of(bench.server.id()).since(before, count);
    times.sort();
    let at = |share: usize| times[(times.len() - 1) * share / 100].as_secs_f64() * 1e3;
    #[expect(clippy::cast_precision_loss, reason = "small counts")]
    let rate = count as f64 / wall;
    Load {
        rate,
        p50: at(50),
        p99: at(99),
        cpu,
    }
}
