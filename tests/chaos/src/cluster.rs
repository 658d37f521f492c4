//! A PostgreSQL server that is stopped hard, and whose clock can be set back.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::setting::Setting;

/// With full durability: what it has confirmed must survive.
const SETTINGS: &str = "
listen_addresses = ''
unix_socket_permissions = 0777
max_connections = 200
shared_buffers = 64MB
max_wal_size = 64MB
min_wal_size = 32MB
wal_recycle = off
log_min_messages = warning
";

#[derive(Debug)]
pub(crate) struct Cluster {
    bin: PathBuf,
    user: Option<(String, String)>,
    directory: PathBuf,
    clock: Option<(PathBuf, PathBuf)>,
}

impl Cluster {
    /// Makes one below `directory`, and starts it. `clock` is the file of its clock.
    pub(crate) fn start(setting: &Setting, directory: &Path, clock: &Path) -> Self {
        let Some(bin) = setting.postgres_bin.clone() else {
            panic!("PostgreSQL's server programs are not known: run `make chaos`");
        };
        let directory = directory.join("pg");
        std::fs::create_dir(&directory).expect("a directory");
        let open = std::fs::Permissions::from_mode(0o777);
        std::fs::set_permissions(&directory, open).expect("permissions");
        let fake_time = setting.fake_time.clone();
        let cluster = Self {
            bin,
            user: setting.user.clone(),
            directory,
            clock: fake_time.map(|library| (library, clock.to_owned())),
        };
        let mut initdb = cluster.command("initdb");
        initdb
            .arg("-D")
            .arg(cluster.data())
            .args(["-U", "postgres", "-A", "trust", "-E", "UTF8"])
            .args(["--locale=C", "--wal-segsize=4"]);
        finish(initdb);
        let mut tee = cluster.as_user("tee");
        tee.arg("-a").arg(cluster.data().join("postgresql.conf"));
        let settings = format!(
            "{SETTINGS}unix_socket_directories = '{}'\n",
            cluster.directory.display()
        );
        feed(tee, &settings);
        let is_started = cluster.try_start();
        assert!(is_started, "PostgreSQL does not start:\n{}", cluster.log());
        cluster
    }

    /// The socket that it listens on.
    pub(crate) fn socket(&self) -> PathBuf {
        self.directory.join(".s.PGSQL.5432")
    }

    /// Ends it without a checkpoint, as a loss of power would.
    pub(crate) fn crash(&self) {
        let mut stop = self.command("pg_ctl");
        stop.arg("-D").arg(self.data());
        stop.args(["-s", "-w", "-m", "immediate", "stop"]);
        // Fails when it has ended by itself, as it does on a full disk.
        let _ = stop.status();
    }

    /// Whether it runs, now or already. It recovers first.
    pub(crate) fn try_start(&self) -> bool {
        let mut status = self.command("pg_ctl");
        status.arg("-D").arg(self.data()).args(["-s", "status"]);
        if status.status().is_ok_and(|status| status.success()) {
            return true;
        }
        // Not for `setpriv`, which would leave root's semaphore behind.
        let mut start = self.as_user("env");
        if let Some((library, clock)) = &self.clock {
            start.arg(format!("LD_PRELOAD={}", library.display()));
            let variables = crate::outage::clock_variables(clock);
            start.args(variables.map(|(name, value)| format!("{name}={value}")));
        }
        start
            .arg(self.bin.join("pg_ctl"))
            .arg("-D")
            .arg(self.data());
        start.arg("-l").arg(self.directory.join("log"));
        start.args(["-s", "-w", "-t", "120", "start"]);
        start.status().is_ok_and(|status| status.success())
    }

    /// The end of its log.
    pub(crate) fn log(&self) -> String {
        let log = std::fs::read_to_string(self.directory.join("log")).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }

    fn data(&self) -> PathBuf {
        self.directory.join("data")
    }

    fn command(&self, program: &str) -> Command {
        self.as_user(self.bin.join(program))
    }

    /// PostgreSQL does not run as root, who lends it to another user.
    fn as_user(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = match &self.user {
            None => Command::new(program.as_ref()),
            Some((user, group)) => {
                let mut command = Command::new("setpriv");
                command.args(["--reuid", user, "--regid", group, "--clear-groups"]);
                command.arg(program.as_ref());
                command
            }
        };
        command.current_dir(&self.directory);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.crash();
    }
}

fn finish(mut command: Command) {
    let status = command.status().expect("a process");
    assert!(status.success(), "{command:?} ended with {status}");
}

fn feed(mut command: Command, text: &str) {
    use std::io::Write;
    let mut child = command.stdin(Stdio::piped()).spawn().expect("a process");
    let mut input = child.stdin.take().expect("its input");
    input.write_all(text.as_bytes()).expect("it reads");
    drop(input);
    assert!(child.wait().expect("a status").success(), "{command:?}");
}
