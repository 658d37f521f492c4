//! `syncline manifest read` beside the reference's `read`: the same manifest, the same provider,
//! with pages rendered beforehand. Nothing is stored by either.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::json;
use syncline_demo::{Demo, DemoConfig, Model};
use syncline_test_support::program_path;

use crate::process::{children_cpu_seconds, peak_mib};
use crate::report::{Report, grouped};
use crate::setting::{Database, PAGE, Scale};

const MANIFEST: &str = include_str!("manifest/invoices.yaml");

/// The reference's command, which `make bench` names.
const REFERENCE: &str = "SYNCLINE_BENCH_REFERENCE";

/// What reading a stream took.
struct Spent {
    cpu: f64,
    peak_mib: f64,
}

pub(crate) fn measure(scale: &Scale, report: &mut Report) {
    let demo = demo(scale.records);
    let directory = tempfile::tempdir().expect("a temporary directory");
    let write = |name: &str, text: String| {
        let path = directory.path().join(name);
        std::fs::write(&path, text).expect("a file");
        path
    };
    let manifest = write("manifest.yaml", MANIFEST.to_owned());
    let config = json!({"base_url": demo.url(), "api_token": "demo-token"}).to_string();
    let config = write("config.json", config);
    let reference = std::env::var_os(REFERENCE).map(PathBuf::from);
    if reference.is_none() {
        eprintln!("{REFERENCE} is not set: the reference is not measured");
    }
    #[expect(clippy::cast_precision_loss, reason = "small counts")]
    let records = scale.records as f64;
    for (stream, wanted) in [("plain", 15), ("cursor", 20)] {
        let mut ours = Command::new(program_path());
        ours.args([
            "manifest",
            "read",
            "--allow-private-networks",
            "--stream",
            stream,
        ]);
        ours.arg(&manifest).arg("--config").arg(&config);
        // It warns of settings that it does not know.
        ours.env_remove(REFERENCE);
        let ours = spend(ours, directory.path(), scale.records);
        let mut note = |name: &str, value: String| {
            report.note(
                Database::Sqlite,
                &format!("manifest read, {stream}: {name}"),
                value,
            );
        };
        note("records per CPU-second", grouped(records / ours.cpu));
        note(
            "peak, MiB (required below 100)",
            format!("{:.1}", ours.peak_mib),
        );
        let Some(reference) = &reference else {
            continue;
        };
        let catalog = json!({"streams": [{
            "stream": {"name": stream, "json_schema": {}, "supported_sync_modes": ["full_refresh", "incremental"]},
            "sync_mode": if stream == "plain" { "full_refresh" } else { "incremental" },
            "destination_sync_mode": "append",
        }]});
        let catalog = write("catalog.json", catalog.to_string());
        // The reference may write into the configuration that it is given.
        let own_config = directory.path().join("reference.json");
        std::fs::copy(&config, &own_config).expect("a copy");
        let mut command = Command::new(reference);
        command.arg("read").arg("--config").arg(own_config);
        command
            .arg("--manifest-path")
            .arg(&manifest)
            .arg("--catalog")
            .arg(catalog);
        command.env("DO_NOT_TRACK", "1");
        let theirs = spend(command, directory.path(), scale.records);
        note(
            "the reference, records per CPU-second",
            grouped(records / theirs.cpu),
        );
        note(
            "the reference, peak, MiB",
            format!("{:.1}", theirs.peak_mib),
        );
        note(
            &format!("ratio (required {wanted})"),
            format!("{:.1}", theirs.cpu / ours.cpu),
        );
    }
}

fn demo(invoices: usize) -> Demo {
    let config = DemoConfig {
        customers: 10,
        invoices,
        payments: 0,
        ..DemoConfig::default()
    };
    let demo = Demo::start(config, ([127, 0, 0, 1], 0).into()).expect("the demo starts");
    demo.prerender(Model::Invoices, PAGE);
    demo
}

/// Runs a command to its end; its records must be complete.
fn spend(mut command: Command, directory: &Path, records: usize) -> Spent {
    let output = directory.join("output.jsonl");
    command.stdout(File::create(&output).expect("a file"));
    command.stderr(Stdio::inherit()).stdin(Stdio::null());
    let before = children_cpu_seconds();
    let mut child = command.spawn().expect("a process");
    let mut peak_mib: f64 = 0.0;
    let status = loop {
        // Only a process that still runs can be asked.
        peak_mib = peak_mib.max(self::peak_mib(child.id()));
        match child.try_wait().expect("a status") {
            Some(status) => break status,
            // Read as often as the figure needs; the child goes on meanwhile.
            None => std::thread::sleep(Duration::from_millis(20)),
        }
    };
    assert!(status.success(), "{command:?} ended with {status}");
    let lines = BufReader::new(File::open(&output).expect("a file")).lines();
    let read = lines
        .map(|line| line.expect("a line"))
        .filter(|line| line.contains("\"RECORD\""))
        .count();
    assert_eq!(read, records, "{command:?}");
    Spent {
        cpu: children_cpu_seconds() - before,
        peak_mib,
    }
}
