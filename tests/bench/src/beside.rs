//! What others need for the records that our syncs have just brought: dlt into PostgreSQL, and the
//! reference runtime of manifests, which stores nothing.

use serde_json::json;
use syncline_demo::{Demo, MANIFEST};

use crate::dlt::{Disposition, Dlt};
use crate::manifest::MANIFEST as PLAIN_MANIFEST;
use crate::reading;
use crate::records::{Ours, Spent};
use crate::reference::Reference;
use crate::report::{Report, grouped};
use crate::setting::{Database, PAGE, Scale, demo};

/// What a peer needed for all records.
struct Peer {
    name: String,
    seconds: f64,
    /// With that of its database.
    cpu: f64,
    task: Task,
}

/// What it did with them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Task {
    /// What a first sync of ours does, or, by the same manifest, a part of it: what is required is
    /// compared with these.
    Fresh,
    /// Clearly less: stored them without a look at what is there, or followed no cursor.
    Less,
    /// Found them all known.
    Unchanged,
}

/// Runs the peers on a demo of the same records, and compares.
pub(crate) fn measure(ours: &[Ours], scale: &Scale, report: &mut Report) {
    let demo = demo(scale.records);
    let mut peers = Vec::new();
    if ours.iter().any(|ours| ours.database == Database::Postgres) {
        peers.extend(dlt(&demo, scale).unwrap_or_default());
    }
    peers.extend(reference(&demo, scale));
    for ours in ours {
        compare(ours, &peers, scale, report);
    }
}

fn compare(ours: &Ours, peers: &[Peer], scale: &Scale, report: &mut Report) {
    #[expect(clippy::cast_precision_loss, reason = "small counts")]
    let rate = |seconds: f64| grouped(scale.records as f64 / seconds);
    let cpu = |spent: &Spent| spent.cpu(ours.database);
    let mut note = |name: &str, value: String| report.note(ours.database, name, value);
    note("fresh, records per CPU-second", rate(cpu(&ours.fresh)));
    note(
        "unchanged, records per CPU-second",
        rate(cpu(&ours.unchanged)),
    );
    for peer in peers {
        note(&format!("{}, records/s", peer.name), rate(peer.seconds));
        note(
            &format!("{}, records per CPU-second", peer.name),
            rate(peer.cpu),
        );
    }
    let ratio = |theirs: f64, ours: f64| format!("{:.2}", theirs / ours);
    for (task, spent, name) in [
        (Task::Fresh, &ours.fresh, "fresh ÷ the best peer"),
        (Task::Less, &ours.fresh, "fresh ÷ the best that does less"),
        (
            Task::Unchanged,
            &ours.unchanged,
            "unchanged ÷ dlt's second run",
        ),
    ] {
        let those = || peers.iter().filter(move |peer| peer.task == task);
        let seconds = those().map(|peer| peer.seconds).min_by(f64::total_cmp);
        let peer_cpu = those().map(|peer| peer.cpu).min_by(f64::total_cmp);
        let (Some(seconds), Some(peer_cpu)) = (seconds, peer_cpu) else {
            continue;
        };
        let required = match task {
            Task::Fresh => " (required 4 on SQLite, 3 on PostgreSQL)",
            Task::Less | Task::Unchanged => "",
        };
        note(&format!("{name}{required}"), ratio(seconds, spent.wall));
        note(
            &format!("{name}, per CPU-second"),
            ratio(peer_cpu, cpu(spent)),
        );
    }
}

fn dlt(demo: &Demo, scale: &Scale) -> Option<Vec<Peer>> {
    use Disposition::{Append, Merge};
    let merging = Dlt::find()?;
    let appending = merging.another();
    let runs = [
        ("merge", Task::Fresh, &merging, Merge),
        ("merge, second run", Task::Unchanged, &merging, Merge),
        ("append", Task::Less, &appending, Append),
    ]
    .into_iter()
    .map(|(name, task, dlt, disposition)| {
        let run = dlt.run(demo, scale.records, disposition);
        Peer {
            name: format!("dlt to PostgreSQL, {name}"),
            seconds: run.seconds,
            cpu: run.cpu + run.postgres_cpu,
            task,
        }
    })
    .collect();
    Some(runs)
}

/// By the manifest of our syncs, and by one without a cursor, which asks less of it.
fn reference(demo: &Demo, scale: &Scale) -> Vec<Peer> {
    let Some(reference) = Reference::find() else {
        return Vec::new();
    };
    let directory = tempfile::tempdir().expect("a temporary directory");
    let manifest = directory.path().join("manifest.yaml");
    let config = directory.path().join("config.json");
    let settings = json!({"base_url": demo.url(), "api_token": "demo-token", "page_size": PAGE});
    std::fs::write(&config, settings.to_string()).expect("a file");
    [
        ("our manifest", Task::Fresh, MANIFEST, "invoices"),
        ("no cursor", Task::Less, PLAIN_MANIFEST, "plain"),
    ]
    .into_iter()
    .map(|(name, task, text, stream)| {
        let mode = if task == Task::Fresh {
            "incremental"
        } else {
            "full_refresh"
        };
        std::fs::write(&manifest, text).expect("a file");
        let command = reference.read(&manifest, stream, mode, &config, directory.path());
        demo.clear_log();
        let read = reading::run(command, directory.path(), scale.records);
        // Its imports take a second or two; our server has started before its sync, too.
        let begun = demo.log().first().expect("a request").at;
        let took = (read.ended - begun).to_std().expect("time goes on");
        Peer {
            name: format!("the reference to nowhere, {name}"),
            seconds: took.as_secs_f64(),
            cpu: read.cpu,
            task,
        }
    })
    .collect()
}
