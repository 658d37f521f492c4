//! The `syncline` program that the build left beside the tests, and its commands.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use tempfile::TempDir;

use crate::database::temporary_directory;
use crate::process::Process;
use crate::server::Server;

/// A key that every test shares, so that a server started again opens what the last one sealed.
const MASTER_KEY: &str = "5f0c3f6d8a1b4e7290c5d2e1f3a4b5968778695a4b3c2d1e0f1e2d3c4b5a6978";

/// Whether a server asks providers on loopback. True here, unless a test says otherwise.
const ALLOW_PRIVATE: &str = "SYNCLINE_ALLOW_PRIVATE_NETWORKS";

/// How to call `syncline`: its database, its variables, and the options of its server.
///
/// A clone calls it the same way, on the same database. None of the caller's own `SYNCLINE_*`
/// variables reach the program, and it works in an empty directory, so that no settings file is
/// found by accident.
#[derive(Debug, Clone)]
pub struct Program {
    database_url: String,
    options: Vec<OsString>,
    variables: Vec<(String, OsString)>,
    directory: Arc<TempDir>,
}

/// What a command that has ended left behind.
#[derive(Debug)]
pub struct Finished {
    /// Its exit code; `None` when a signal ended it.
    pub code: Option<i32>,
    /// All that it wrote to standard output.
    pub stdout: String,
    /// All that it wrote to standard error.
    pub stderr: String,
}

impl Program {
    /// Calls `syncline` on this database; see [`TestDatabase::url`](crate::TestDatabase::url).
    pub fn new(database_url: &str) -> Self {
        Self {
            database_url: database_url.to_owned(),
            options: Vec::new(),
            variables: vec![
                ("SYNCLINE_MASTER_KEY".to_owned(), MASTER_KEY.into()),
                // The providers of the tests are on loopback.
                (ALLOW_PRIVATE.to_owned(), "true".into()),
            ],
            directory: Arc::new(temporary_directory()),
        }
    }

    /// The directory of manifests that `serve` and `worker` read.
    pub fn providers(self, directory: impl AsRef<Path>) -> Self {
        self.option("--providers").option(directory.as_ref())
    }

    /// How many syncs `serve` and `worker` run at a time.
    pub fn workers(self, count: usize) -> Self {
        self.option("--workers").option(count.to_string())
    }

    /// Any other word of the command line of `serve` and `worker`.
    pub fn option(mut self, word: impl Into<OsString>) -> Self {
        self.options.push(word.into());
        self
    }

    /// An environment variable, for every command. The last one of a name counts.
    pub fn variable(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.variables.push((name.to_owned(), value.into()));
        self
    }

    /// The empty directory that the program works in.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// Starts `syncline serve` on a free port and waits until it answers.
    ///
    /// # Panics
    /// When it ends, or is not ready within a minute, with what it wrote.
    pub async fn serve(&self) -> Server {
        Server::start(self).await
    }

    /// Starts `syncline worker`; it may not have reached the database yet.
    pub fn worker(&self) -> Process {
        Process::start(self.long_running("worker", &[]))
    }

    /// Starts a command that goes on until it is told to end, `serve` or `worker`, with these words
    /// behind it; nothing is waited for.
    pub fn start(&self, subcommand: &str, words: &[&str]) -> Process {
        Process::start(self.long_running(subcommand, words))
    }

    /// Makes an organization if there is none of this name yet, and answers a new token of it.
    ///
    /// # Panics
    /// When the command fails, or prints anything but one token.
    pub fn token(&self, organization: &str) -> String {
        let finished = self.run(&["token", "create", "--organization", organization]);
        let token = finished.stdout.trim();
        if finished.code != Some(0) || token.is_empty() || token.contains(char::is_whitespace) {
            panic!("`syncline token create` should print a token alone: {finished:?}");
        }
        token.to_owned()
    }

    /// Runs a command to its end: the words, then `--database-url`.
    pub fn run(&self, words: &[&str]) -> Finished {
        let mut command = self.command();
        command
            .args(words)
            .arg("--database-url")
            .arg(&self.database_url);
        Finished::of(command)
    }

    /// Runs a command that knows of no database: the words, and nothing else.
    pub fn run_bare(&self, words: &[&str]) -> Finished {
        let mut command = self.command();
        command.args(words);
        Finished::of(command)
    }

    pub(crate) fn long_running(&self, subcommand: &str, words: &[&str]) -> Command {
        let mut command = self.command();
        command.arg(subcommand).args(words);
        command.arg("--database-url").arg(&self.database_url);
        command.args(&self.options);
        command
    }

    fn command(&self) -> Command {
        let mut command = Command::new(program_path());
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("SYNCLINE_") {
                command.env_remove(name);
            }
        }
        for (name, value) in &self.variables {
            command.env(name, value);
        }
        command
            .current_dir(self.directory.path())
            .stdin(Stdio::null());
        command
    }
}

impl Finished {
    fn of(mut command: Command) -> Self {
        match command.output() {
            Ok(output) => Self {
                code: output.status.code(),
                stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
                stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            },
            Err(error) => panic!("{command:?} does not start: {error}"),
        }
    }
}

/// `target/<profile>/syncline`: cargo puts the tests into `target/<profile>/deps`.
///
/// # Panics
/// When it is not there, with what to do about it.
pub fn program_path() -> PathBuf {
    let name = format!("syncline{}", std::env::consts::EXE_SUFFIX);
    let path = std::env::current_exe()
        .ok()
        .and_then(|test| Some(test.parent()?.parent()?.join(name)))
        .unwrap_or_default();
    if !path.is_file() {
        panic!(
            "this test drives the real program and {} is not there: \
             run `cargo build -p syncline` first (`make test` does)",
            path.display()
        );
    }
    path
}
