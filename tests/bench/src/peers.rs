//! Programs that this project did not write, in the same run on the same databases.

use std::path::PathBuf;
use std::process::Command;

/// What pgbench does.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Script {
    /// The statements of a sync request.
    Requests,
    /// The statements of an empty sync's life.
    Lifecycles,
}

impl Script {
    fn file(self) -> PathBuf {
        let name = match self {
            Self::Requests => "requests.sql",
            Self::Lifecycles => "lifecycles.sql",
        };
        folder().join(name)
    }
}

/// Where the scripts lie.
pub(crate) fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("peers")
}

/// Transactions a second of a script, prepared, over all clients.
pub(crate) fn pgbench(url: &str, script: Script, clients: usize, transactions: usize) -> f64 {
    let mut command = Command::new("pgbench");
    command.args(["--no-vacuum", "--protocol=prepared", "--jobs=2"]);
    command.arg(format!("--client={clients}"));
    command.arg(format!("--transactions={}", transactions / clients));
    command.args(["-D", "i=0", "-D", &format!("clients={clients}")]);
    command.arg("--file").arg(script.file()).arg(url);
    let said = output(command);
    said.lines()
        .filter_map(|line| line.strip_prefix("tps = ")?.split(' ').next())
        .find_map(|figure| figure.parse().ok())
        .unwrap_or_else(|| panic!("pgbench should say its rate: {said}"))
}

/// The environment variable with the folder of npm packages, which `make bench` sets.
const PACKAGES: &str = "SYNCLINE_BENCH_PACKAGES";

/// A job queue on PostgreSQL, from npm.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Queue {
    GraphileWorker,
    PgBoss,
}

/// How a queue takes and completes its jobs.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Mode {
    /// One at a time.
    Plain,
    /// Many in one statement.
    Batched,
}

/// Jobs a second that do nothing; `None` when the packages are not there.
pub(crate) fn queue(queue: Queue, mode: Mode, url: &str, jobs: usize) -> Option<f64> {
    let Some(packages) = std::env::var_os(PACKAGES).map(PathBuf::from) else {
        eprintln!("{PACKAGES} is not set: {queue:?} is not measured");
        return None;
    };
    let script = match queue {
        Queue::GraphileWorker => "graphile-worker.mjs",
        Queue::PgBoss => "pg-boss.mjs",
    };
    // A module finds its packages beside itself.
    let beside = packages.join(script);
    std::fs::copy(folder().join(script), &beside).expect("a copy of the script");
    let mut command = Command::new("node");
    command.arg(beside).arg(url).arg(jobs.to_string());
    command.arg(match mode {
        Mode::Plain => "plain",
        Mode::Batched => "batched",
    });
    let said = output(command);
    let rate = said.trim().parse();
    Some(rate.unwrap_or_else(|error| panic!("{queue:?} should say its rate ({error}): {said}")))
}

/// What a program that succeeds prints.
pub(crate) fn output(mut command: Command) -> String {
    let done = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    let complained = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{command:?}: {said}{complained}");
    said
}
