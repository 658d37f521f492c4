//! Programs that this project did not write, in the same run on the same databases.

use std::path::PathBuf;
use std::process::Command;

/// What pgbench does.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Script {
    /// The statements of a sync request.
    Requests,
}

impl Script {
    fn file(self) -> PathBuf {
        let name = match self {
            Self::Requests => "requests.sql",
        };
        folder().join(name)
    }
}

fn folder() -> PathBuf {
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

/// What a program that succeeds prints.
fn output(mut command: Command) -> String {
    let done = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    let complained = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{command:?}: {said}{complained}");
    said
}
