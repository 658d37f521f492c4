//! Programs that print what they read of a source, a line a record.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::process::{self, children_cpu_seconds};

/// What reading a stream took.
pub(crate) struct Reading {
    pub(crate) cpu: f64,
    pub(crate) peak_mib: f64,
    pub(crate) ended: DateTime<Utc>,
}

/// Runs a command to its end; its records must be complete.
pub(crate) fn run(mut command: Command, directory: &Path, records: usize) -> Reading {
    let output = directory.join("output.jsonl");
    command.stdout(File::create(&output).expect("a file"));
    command.stderr(Stdio::inherit()).stdin(Stdio::null());
    let before = children_cpu_seconds();
    let mut child = command.spawn().expect("a process");
    let mut peak_mib: f64 = 0.0;
    let status = loop {
        // Only a process that still runs can be asked.
        peak_mib = peak_mib.max(process::peak_mib(child.id()));
        match child.try_wait().expect("a status") {
            Some(status) => break status,
            // Read as often as the figure needs; the child goes on meanwhile.
            None => std::thread::sleep(Duration::from_millis(20)),
        }
    };
    let ended = Utc::now();
    assert!(status.success(), "{command:?} ended with {status}");
    let lines = BufReader::new(File::open(&output).expect("a file")).lines();
    let read = lines
        .map(|line| line.expect("a line"))
        .filter(|line| line.contains("\"RECORD\""))
        .count();
    assert_eq!(read, records, "{command:?}");
    Reading {
        cpu: children_cpu_seconds() - before,
        peak_mib,
        ended,
    }
}
