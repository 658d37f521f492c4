//! Manifests that are made to hurt: a clear error, in bounded time and memory.
//!
//! All of it is one test, so that the process's peak of memory is its own.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod manifests;

use syncline_connectors::{Manifest, Registry};

/// What the whole test may take at its peak, in megabytes.
const MEMORY: u64 = 700;

#[test]
fn what_is_made_to_hurt_is_refused_in_bounded_memory() {
    let mut wrong = Vec::new();
    for (name, text, wanted) in manifests::manifests() {
        let error = Manifest::parse(&text).map(drop).unwrap_err().to_string();
        if !error.contains(wanted) {
            wrong.push(format!("{name}: {error}"));
        }
        assert_memory(name);
    }
    for (name, text, wanted) in manifests::streams() {
        let reasons = Manifest::parse(&text).map_or_else(
            |error| vec![error.to_string()],
            |manifest| {
                let streams = manifest.streams().iter();
                streams
                    .filter_map(|stream| stream.unsupported_reason.clone())
                    .collect()
            },
        );
        if !reasons.iter().any(|reason| reason.contains(wanted)) {
            wrong.push(format!("{name}: {:?}", reasons.first()));
        }
        assert_memory(name);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    files_that_are_no_manifests();
}

/// A directory with one good manifest and several files that are none.
fn files_that_are_no_manifests() {
    let directory = tempfile::tempdir().unwrap();
    let put =
        |name: &str, bytes: &[u8]| std::fs::write(directory.path().join(name), bytes).unwrap();
    put("good.yaml", b"streams: []");
    put("binary.yaml", b"\x7fELF\x02\x01\x01\0\0\0\xff\xfe");
    put("latin.yaml", b"streams: []\n# B\xfccher");
    put("large.yaml", "# x\n".repeat(3_000_000).as_bytes());
    std::fs::create_dir(directory.path().join("folder.yaml")).unwrap();
    let registry = Registry::load(directory.path()).unwrap();
    let told: Vec<(String, bool)> = registry
        .providers()
        .map(|provider| (provider.name().to_owned(), provider.manifest().is_ok()))
        .collect();
    let wanted = [
        ("binary", false),
        ("folder", false),
        ("good", true),
        ("large", false),
        ("latin", false),
    ];
    assert_eq!(
        told,
        wanted.map(|(name, is_good)| (name.to_owned(), is_good))
    );
}

/// What the process took at most until now; only Linux tells it so simply.
fn assert_memory(name: &str) {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| {
        line.strip_prefix("VmHWM:")?
            .trim()
            .strip_suffix(" kB")?
            .parse::<u64>()
            .ok()
    });
    let megabytes = peak.unwrap_or(0) / 1024;
    assert!(megabytes < MEMORY, "{name}: {megabytes} MB");
}
