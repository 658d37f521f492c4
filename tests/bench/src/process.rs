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
    let stat = read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // The name, in parentheses, may hold spaces; the fields after it do not. See proc_pid_stat(5).
    let fields: Vec<&str> = stat
        .rsplit(") ")
        .next()
        .unwrap_or_default()
        .split(' ')
        .collect();
    let ticks = |index: usize| {
        fields
            .get(index)
            .and_then(|f| f.parse::<f64>().ok())
            .unwrap_or(0.0)
    };
    summed.iter().map(|index| ticks(*index)).sum::<f64>() / TICKS
}

/// The same over every process of PostgreSQL on this machine.
pub(crate) fn postgres_cpu_seconds() -> f64 {
    let Ok(entries) = std::fs::read_dir("/proc") else {
        return 0.0;
    };
    entries
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok())
        .filter(|pid| {
            read_to_string(format!("/proc/{pid}/comm"))
                .is_ok_and(|name| name.starts_with("postgres"))
        })
        .map(cpu_seconds)
        .sum()
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
