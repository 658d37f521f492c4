//! The reference runtime of manifests, from PyPI.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;

/// Names its program; `make bench` sets it.
pub(crate) const VARIABLE: &str = "SYNCLINE_BENCH_REFERENCE";

pub(crate) struct Reference {
    program: PathBuf,
}

impl Reference {
    /// `None`, and a word of it, when it is not there.
    pub(crate) fn find() -> Option<Self> {
        let program = std::env::var_os(VARIABLE).map(PathBuf::from);
        if program.is_none() {
            eprintln!("{VARIABLE} is not set: the reference is not measured");
        }
        program.map(|program| Self { program })
    }

    /// The command that prints the records of a stream. Its files lie in the directory.
    pub(crate) fn read(
        &self,
        manifest: &Path,
        stream: &str,
        mode: &str,
        config: &Path,
        directory: &Path,
    ) -> Command {
        let stream = json!({
            "name": stream,
            "json_schema": {},
            "supported_sync_modes": ["full_refresh", "incremental"],
        });
        let catalog = json!({"streams": [{
            "stream": stream,
            "sync_mode": mode,
            "destination_sync_mode": "append",
        }]});
        let catalog_file = directory.join("catalog.json");
        std::fs::write(&catalog_file, catalog.to_string()).expect("a file");
        // It may write into the configuration that it is given.
        let own_config = directory.join("reference.json");
        std::fs::copy(config, &own_config).expect("a copy");
        let mut command = Command::new(&self.program);
        command.arg("read").arg("--config").arg(own_config);
        command.arg("--manifest-path").arg(manifest);
        command.arg("--catalog").arg(catalog_file);
        command.env("DO_NOT_TRACK", "1");
        command
    }
}
