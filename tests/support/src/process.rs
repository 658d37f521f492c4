//! A child process that is watched, and gone when its test is.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
#[cfg(target_os = "linux")]
use rustix::process::{Resource, Rlimit, getrlimit, prlimit, setrlimit};
use tempfile::TempDir;
use tokio::sync::watch;

use crate::database::temporary_directory;

/// How long a process may take to become ready, or to end once it was told to. Far more than it
/// needs: it only keeps a broken program from stopping the whole suite.
const PATIENCE: Duration = Duration::from_secs(60);

/// How much of a log a failed test shows.
const SHOWN_LINES: usize = 200;

/// A running `syncline`. Dropping it kills it; if the test is failing, its log is printed.
#[derive(Debug)]
pub struct Process {
    child: Child,
    command: String,
    output: watch::Receiver<Output>,
    directory: TempDir,
}

/// What came through standard output so far.
#[derive(Debug, Default)]
struct Output {
    lines: Vec<String>,
    closed: bool,
}

impl Process {
    pub(crate) fn start(mut command: Command) -> Self {
        let directory = temporary_directory();
        let log = match File::create(directory.path().join("stderr.log")) {
            Ok(log) => log,
            Err(error) => panic!("no file for the log of {command:?}: {error}"),
        };
        let started = command.stdout(Stdio::piped()).stderr(log).spawn();
        let mut child = match started {
            Ok(child) => child,
            Err(error) => panic!("{command:?} does not start: {error}"),
        };
        let (sender, output) = watch::channel(Output::default());
        match child.stdout.take() {
            Some(stdout) => drop(std::thread::spawn(move || collect(stdout, &sender))),
            None => panic!("{command:?} has no standard output"),
        }
        Self {
            child,
            command: format!("{command:?}"),
            output,
            directory,
        }
    }

    /// The process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The first line of standard output that starts with `prefix`, without it.
    ///
    /// # Panics
    /// When the process ends, or a minute passes, before it wrote such a line.
    pub async fn line(&mut self, prefix: &str) -> String {
        let seen = self
            .output_when(|output| output.closed || output.after(prefix).is_some())
            .await;
        match seen.and_then(|()| self.output.borrow().after(prefix)) {
            Some(rest) => rest,
            None => panic!("{} did not write a line `{prefix}…`", self.command),
        }
    }

    /// `kill -9`, and waits until the process is gone.
    pub fn kill9(&mut self) {
        if let Err(error) = self.child.kill().and_then(|()| self.child.wait()) {
            panic!("{} cannot be killed: {error}", self.command);
        }
    }

    /// Sends SIGTERM, which asks for a graceful shutdown; [`wait`](Self::wait) sees its end.
    pub fn terminate(&self) {
        self.signal(Signal::TERM);
    }

    /// Sends SIGINT, as Ctrl-C does.
    pub fn interrupt(&self) {
        self.signal(Signal::INT);
    }

    /// Sends SIGHUP, which asks to read files again.
    pub fn hang_up(&self) {
        self.signal(Signal::HUP);
    }

    /// Whether it has not ended yet.
    pub fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Sends SIGSTOP: it stands still, and does not know.
    pub fn pause(&self) {
        self.signal(Signal::STOP);
    }

    /// Sends SIGCONT, after [`pause`](Self::pause).
    pub fn resume(&self) {
        self.signal(Signal::CONT);
    }

    /// From now on none of its writes may go past this many bytes of a file; `None` lifts that.
    /// To the process it is as if the disk were full.
    ///
    /// # Panics
    /// When the system does not allow it.
    #[cfg(target_os = "linux")]
    pub fn limit_file_size(&self, bytes: Option<u64>) {
        let limit = Rlimit {
            current: bytes,
            maximum: None,
        };
        if let Err(error) = prlimit(Some(Pid::from_child(&self.child)), Resource::Fsize, limit) {
            panic!("{} takes no limit: {error}", self.command);
        }
    }

    /// Waits for the process to end by itself, or by a signal that was sent before.
    ///
    /// # Panics
    /// When it still runs after a minute.
    pub async fn wait(&mut self) -> ExitStatus {
        // Standard output closes when the process ends: nothing has to be polled.
        if self.output_when(|output| output.closed).await.is_none() {
            panic!("{} still runs after {PATIENCE:?}", self.command);
        }
        match self.child.wait() {
            Ok(status) => status,
            Err(error) => panic!("{} cannot be waited for: {error}", self.command),
        }
    }

    /// What it wrote to standard output so far, by lines.
    pub fn stdout(&self) -> Vec<String> {
        self.output.borrow().lines.clone()
    }

    /// What it wrote to standard error so far.
    pub fn stderr(&self) -> String {
        std::fs::read_to_string(self.directory.path().join("stderr.log")).unwrap_or_default()
    }

    async fn output_when(&mut self, mut holds: impl FnMut(&Output) -> bool) -> Option<()> {
        let seen = self.output.wait_for(|output| holds(output));
        match tokio::time::timeout(PATIENCE, seen).await {
            Ok(Ok(_)) => Some(()),
            // The time is over, or the collecting thread is gone, which it is only after `closed`.
            Err(_) | Ok(Err(_)) => None,
        }
    }

    fn signal(&self, signal: Signal) {
        if let Err(error) = kill_process(Pid::from_child(&self.child), signal) {
            panic!("{} takes no signal {signal:?}: {error}", self.command);
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Both fail only when the process has ended and been waited for already.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            let log = self.stderr();
            let lines: Vec<&str> = log.lines().collect();
            let shown = &lines[lines.len().saturating_sub(SHOWN_LINES)..];
            eprintln!("--- {} wrote to standard output:", self.command);
            eprintln!("{}", self.stdout().join("\n"));
            eprintln!(
                "--- and to standard error (its last {} lines):",
                shown.len()
            );
            eprintln!("{}\n---", shown.join("\n"));
        }
    }
}

impl Output {
    fn after(&self, prefix: &str) -> Option<String> {
        let found = self.lines.iter().find_map(|line| line.strip_prefix(prefix));
        found.map(str::to_owned)
    }
}

fn collect(stdout: ChildStdout, sender: &watch::Sender<Output>) {
    for line in BufReader::new(stdout).lines().map_while(Result::ok) {
        sender.send_modify(|output| output.lines.push(line));
    }
    sender.send_modify(|output| output.closed = true);
}

/// This process, and those that it starts from now on, may have so many files open, or as many as
/// the system allows.
///
/// # Panics
/// When the system does not let its limit be moved.
#[cfg(target_os = "linux")]
pub fn allow_open_files(wanted: u64) {
    let limit = getrlimit(Resource::Nofile);
    let allowed = limit.maximum.map_or(wanted, |maximum| wanted.min(maximum));
    if limit.current.is_none_or(|current| current >= allowed) {
        return;
    }
    let raised = Rlimit {
        current: Some(allowed),
        ..limit
    };
    if let Err(error) = setrlimit(Resource::Nofile, raised) {
        panic!("no more open files for this test: {error}");
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt;

    use super::*;

    fn shell(script: &str) -> Process {
        let mut command = Command::new("sh");
        command.arg("-c").arg(script);
        Process::start(command)
    }

    #[tokio::test]
    async fn a_line_is_read_as_soon_as_it_is_written() {
        let mut process = shell("echo warming up; echo listening on http://here; exec cat <&2");
        assert_eq!(process.line("listening on ").await, "http://here");
        process.kill9();
        assert_eq!(process.stdout().len(), 2);
    }

    #[tokio::test]
    #[should_panic(expected = "did not write a line `listening on …`")]
    async fn a_process_that_ends_early_fails_the_test_at_once() {
        shell("echo no luck >&2; exit 3")
            .line("listening on ")
            .await;
    }

    #[tokio::test]
    async fn an_asked_for_end_is_seen_with_its_status() {
        let mut process = shell("trap 'exit 5' TERM; echo ready; while :; do sleep 0.01; done");
        process.line("ready").await;
        process.terminate();
        assert_eq!(process.wait().await.code(), Some(5));
    }

    #[tokio::test]
    async fn standard_error_is_kept_and_a_signal_is_told() {
        let mut process = shell("echo oh >&2; kill -9 $$");
        assert_eq!(process.wait().await.signal(), Some(9));
        assert_eq!(process.stderr(), "oh\n");
    }
}
