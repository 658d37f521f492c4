//! What a request, a page of a list, a claim and a step of the scheduler cost in a store that holds
//! a lot, beside the same in one that holds next to nothing.

mod multiply;

use std::time::Instant;

use chrono::Duration;
use serde_json::json;
use syncline_store::error::StoreError;
use syncline_store::runs::Claim;
use syncline_store::store::{Lane, Store};
use syncline_test_support::{Api, Program};

use crate::bare::open;
use crate::report::{Report, grouped};
use crate::setting::{Bench, Database, Scale, connect, providers};
use multiply::Volume;

/// How often each thing is asked; the median counts.
const TIMES: usize = 100;
/// Syncs of one claim.
const CLAIMED: i64 = 16;

/// What was measured: its name, and its median in milliseconds.
type Figures = Vec<(&'static str, f64)>;

pub(crate) async fn measure(database: Database, scale: &Scale, report: &mut Report) {
    let volume = Volume::of(scale, database);
    let mut bench = Bench::start(database, 1000, 2).await;
    // As many as a page holds, so that the pages of both stores are of one length.
    for _ in 0..TIMES {
        bench.sync(false).await;
    }
    bench.server.terminate();
    bench.server.wait().await;
    let small = figures(&bench).await;
    let begun = Instant::now();
    multiply::fill(database, &bench, &volume);
    let filled = begun.elapsed().as_secs_f64();
    let large = figures(&bench).await;
    #[expect(clippy::cast_precision_loss, reason = "the volume is below 2^52")]
    for (what, count) in [
        ("connections", volume.connections),
        ("syncs", volume.syncs),
        ("records", volume.records),
    ] {
        let name = format!("scale: {what} in the full store");
        report.note(database, &name, grouped(count as f64));
    }
    report.note(
        database,
        "scale: seconds to fill it",
        format!("{filled:.0}"),
    );
    for ((name, small), (_, large)) in small.into_iter().zip(large) {
        let name = format!("scale: {name}, ms next to empty / full / ratio (required 1.3)");
        let value = format!("{small:.2} / {large:.2} / {:.2}", large / small);
        report.note(database, &name, value);
    }
}

/// Asks everything of the store as it is. Requests come first: the claims take what they queue.
async fn figures(bench: &Bench) -> Figures {
    let providers = providers();
    let program = Program::new(bench.database.url()).providers(providers.path());
    let mut server = program.workers(0).serve().await;
    let api = server.api("bench");
    let mut connections = Vec::new();
    for _ in 0..TIMES {
        let connection = connect(&api, &bench.demo).await;
        connections.push(connection["id"].as_str().expect("an id").to_owned());
    }
    let mut found = vec![(
        "sync request of three models",
        requests(&api, connections).await,
    )];
    let model = bench.connection["models"]
        .as_array()
        .and_then(|models| models.iter().find(|model| model["name"] == "invoices"))
        .and_then(|model| model["id"].as_str())
        .expect("the model of invoices");
    let connection = bench.connection_id();
    for (name, path) in [
        ("page of syncs", "syncs?limit=100".to_owned()),
        (
            "page of queued syncs",
            "syncs?status=queued&limit=100".to_owned(),
        ),
        (
            "page of a connection's syncs",
            format!("connections/{connection}/syncs?limit=100"),
        ),
        ("page of connections", "connections?limit=100".to_owned()),
        (
            "page of a feed, 1,000 records",
            format!("models/{model}/records?limit=1000"),
        ),
    ] {
        found.push((name, pages(&api, &path).await));
    }
    server.terminate();
    server.wait().await;
    let store = open(bench.database.url()).await;
    found.push(("claim of 16", claims(&store).await));
    found.push(("step of the scheduler", steps(&store).await));
    store.close().await;
    found
}

async fn requests(api: &Api, connections: Vec<String>) -> f64 {
    let mut times = Vec::new();
    for connection in connections {
        let asked = Instant::now();
        let made = api.request_sync(&connection, None).await;
        times.push(asked.elapsed());
        assert_eq!(made.len(), 3);
    }
    median(times)
}

async fn pages(api: &Api, path: &str) -> f64 {
    let path = format!("/v2/integrations/{path}");
    let mut times = Vec::new();
    for _ in 0..TIMES {
        let asked = Instant::now();
        let page = api.get(&path).await.expect_status(200).json;
        times.push(asked.elapsed());
        assert_ne!(page, json!([]), "{path}");
    }
    median(times)
}

async fn claims(store: &Store) -> f64 {
    let mut times = Vec::new();
    let mut claim = Claim::new("bench", CLAIMED, Duration::minutes(60));
    // All that the requests have queued in the store that is next to empty.
    for _ in 0..TIMES / 8 {
        let next = claim.clone();
        let asked = Instant::now();
        let work = store.write(Lane::Control, move |tx| tx.claim_syncs(&next));
        let got = work
            .await
            .unwrap_or_else(|error: StoreError| panic!("{error}"));
        times.push(asked.elapsed());
        assert_eq!(i64::try_from(got.syncs.len()), Ok(CLAIMED));
        claim.share = got.share;
    }
    median(times)
}

/// What a worker does between two claims when nothing is due.
async fn steps(store: &Store) -> f64 {
    let mut times = Vec::new();
    for _ in 0..TIMES {
        let asked = Instant::now();
        let work = store.write(Lane::Control, |tx| {
            tx.create_scheduled_syncs(100)?;
            tx.enqueue_due_syncs(100)?;
            tx.next_due_at()
        });
        work.await
            .unwrap_or_else(|error: StoreError| panic!("{error}"));
        times.push(asked.elapsed());
    }
    median(times)
}

fn median(mut times: Vec<std::time::Duration>) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64() * 1e3
}
