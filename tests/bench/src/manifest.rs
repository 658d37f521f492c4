//! `syncline manifest read` beside the reference's `read`: the same manifest, the same provider,
//! with pages rendered beforehand. Nothing is stored by either.

use std::process::Command;

use serde_json::json;
use syncline_test_support::program_path;

use crate::reading;
use crate::reference::{self, Reference};
use crate::report::{Report, grouped};
use crate::setting::{Database, Scale, demo};

pub(crate) const MANIFEST: &str = include_str!("manifest/invoices.yaml");

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
    let reference = Reference::find();
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
        ours.env_remove(reference::VARIABLE);
        let ours = reading::run(ours, directory.path(), scale.records);
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
        let mode = if stream == "plain" {
            "full_refresh"
        } else {
            "incremental"
        };
        let command = reference.read(&manifest, stream, mode, &config, directory.path());
        let theirs = reading::run(command, directory.path(), scale.records);
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
