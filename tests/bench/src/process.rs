//! What the kernel says of processes (Linux).

use std::fs::read_to_string;

/// Kernel ticks a second; 100 on every Linux that Rust runs on.
const TICKS: f64 = 100.0;

/// User and system seconds that a process and its ended children have used.
pub(crate) fn cpu_seconds(pid: u32) -> f64 {
    seconds(&pid.to_string(), &[11, 12, 13, 14])
}

/// The same of this process's ended children alone.
pub(crate) fn children_cpu_seconds() -> f64 {
    seconds("self", &[13, 14])
}

/// A sum of fields, counted from the one behind the name.
fn seconds(process: &str, summed: &[usize]) -> f64 {
    let fields = fields(process);
    let ticks = |index: &usize| fields.get(*index)?.parse::<f64>().ok();
    summed.iter().filter_map(ticks).sum::<f64>() / TICKS
}

/// CPU seconds that were spent while something was measured: by the server, by PostgreSQL, and by
/// this process, which asks and serves the source.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cpu {
    pub(crate) server: f64,
    pub(crate) postgres: f64,
    pub(crate) own: f64,
}

impl Cpu {
    /// What was spent so far.
    pub(crate) fn of(server: u32) -> Self {
        Self {
            server: cpu_seconds(server),
            postgres: postgres_cpu_seconds(),
            own: cpu_seconds(std::process::id()),
        }
    }

    /// What was spent since, in ms for each of so many.
    #[expect(clippy::cast_precision_loss, reason = "small counts")]
    pub(crate) fn since(self, before: Self, count: usize) -> String {
        let each = |now: f64, then: f64| (now - then) * 1e3 / count as f64;
        format!(
            "{:.2} / {:.2} / {:.2}",
            each(self.server, before.server),
            each(self.postgres, before.postgres),
            each(self.own, before.own),
        )
    }
}

fn parent(pid: u32) -> Option<u32> {
    fields(&pid.to_string()).get(1)?.parse().ok()
}

/// What the kernel says in a line; see proc_pid_stat(5).
fn fields(process: &str) -> Vec<String> {
    let stat = read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // The name, in parentheses, may hold spaces; the fields after it do not.
    let behind_the_name = stat.rsplit(") ").next().unwrap_or_default();
    behind_the_name.split(' ').map(str::to_owned).collect()
}

/// The same over the processes of the PostgreSQL that is measured: of the one in the directory that
/// the URL names, or else of all on this machine.
pub(crate) fn postgres_cpu_seconds() -> f64 {
    let postgres: Vec<u32> = processes()
        .filter(|pid| {
            read_to_string(format!("/proc/{pid}/comm"))
                .is_ok_and(|name| name.starts_with("postgres"))
        })
        .collect();
    let url = std::env::var("SYNCLINE_TEST_POSTGRES_URL").unwrap_or_default();
    let directory = url.split("?host=").nth(1);
    let postmaster = directory.and_then(|directory| {
        let of_it = |pid: &&u32| {
            read_to_string(format!("/proc/{pid}/cmdline"))
                .is_ok_and(|words| words.contains(directory))
        };
        postgres.iter().find(of_it).copied()
    });
    // Its backends that have ended are in its own sum.
    let counts = |pid: &&u32| postmaster.is_none_or(|it| **pid == it || parent(**pid) == Some(it));
    postgres
        .iter()
        .filter(counts)
        .map(|pid| cpu_seconds(*pid))
        .sum()
}

fn processes() -> impl Iterator<Item = u32> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten();
    entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
}

/// Resident memory now, in MiB.
pub(crate) fn resident_mib(pid: u32) -> f64 {
    status_mib(pid, "VmRSS:")
}

/// The most resident memory so far, in MiB.
pub(crate) fn peak_mib(pid: u32) -> f64 {
    status_mib(pid, "VmHWM:")
}

fn status_mib(pid: u32, field: &str) -> f64 {
    let status = read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix(field))
        .unwrap_or_default();
    let kib: f64 = line.trim().trim_end_matches(" kB").parse().unwrap_or(0.0);
    kib / 1024.0
}
