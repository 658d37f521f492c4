//! Whole lives of syncs that find nothing: queued, running, complete, with all that is kept of them.
//! On PostgreSQL pgbench does the same statements, and two job queues do jobs that do nothing.

use std::time::{Duration, Instant};

use serde_json::json;
use syncline_test_support::{Api, Program};

use crate::peers::{self, Mode, Queue, Script};
use crate::process::Cpu;
use crate::report::{Report, grouped};
use crate::setting::{Bench, Database, Scale, connect, providers};

/// How many syncs, jobs or transactions are under way at once.
const CLIENTS: usize = 16;

pub(crate) async fn measure(database: Database, scale: &Scale, report: &mut Report) {
    // No workers at first: what is queued waits.
    let mut bench = Bench::start(database, 0, 0).await;
    let syncs = scale.lifecycles / CLIENTS * CLIENTS;
    let mut connections = Vec::new();
    for _ in 0..syncs / 2 {
        let connection = connect(&bench.api, &bench.demo).await;
        connections.push(connection["id"].as_str().expect("an id").to_owned());
    }
    request(&bench.api, &connections).await;
    bench.server.terminate();
    bench.server.wait().await;

    let providers = providers();
    let program = Program::new(bench.database.url()).providers(providers.path());
    let begun = Instant::now();
    let before = Cpu {
        server: 0.0,
        ..Cpu::of(std::process::id())
    };
    let mut server = program.clone().workers(CLIENTS).serve().await;
    all_ended(&server.api("bench")).await;
    #[expect(clippy::cast_precision_loss, reason = "small counts")]
    let rate = |count: usize, took: Duration| count as f64 / took.as_secs_f64();
    let ours = rate(syncs, begun.elapsed());
    let spent = Cpu::of(server.id());
    server.terminate();
    server.wait().await;
    report.note(
        database,
        "empty syncs, queued to complete, per second",
        grouped(ours),
    );
    report.note(
        database,
        "empty syncs, CPU ms each: server / PostgreSQL / source",
        spent.since(before, syncs),
    );
    if database == Database::Sqlite {
        return;
    }
    let mut server = program.clone().workers(0).serve().await;
    request(&server.api("bench"), &connections).await;
    server.terminate();
    server.wait().await;
    bench.database.execute(include_str!("../peers/queue.sql"));
    let theirs = peers::pgbench(bench.database.url(), Script::Lifecycles, CLIENTS, syncs);
    report.note(
        database,
        "pgbench, the statements of an empty sync, per second",
        grouped(theirs),
    );
    report.note(
        database,
        "empty syncs ÷ pgbench (required 0.6)",
        format!("{:.2}", ours / theirs),
    );
    for queue in [Queue::GraphileWorker, Queue::PgBoss] {
        for mode in [Mode::Plain, Mode::Batched] {
            let fresh = database.fresh();
            let Some(theirs) = peers::queue(queue, mode, fresh.url(), scale.jobs) else {
                continue;
            };
            let name = format!("{queue:?}, {mode:?}: jobs that do nothing, per second");
            report.note(database, &name, grouped(theirs));
        }
    }
}

async fn request(api: &Api, connections: &[String]) {
    let body = json!({ "models": ["invoices", "payments"] });
    for connection in connections {
        let made = api.request_sync(connection, body.clone()).await;
        assert_eq!(made.len(), 2);
    }
}

/// Waits until no sync is queued or running, and none waits for another try.
async fn all_ended(api: &Api) {
    for status in ["queued", "running", "pending_retry"] {
        loop {
            let path = format!("/v2/integrations/syncs?status={status}&limit=1");
            let left = api.get(&path).await.expect_status(200).json;
            if left.as_array().is_none_or(Vec::is_empty) {
                break;
            }
            // Asked as often as the figure needs; the server goes on meanwhile.
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}
