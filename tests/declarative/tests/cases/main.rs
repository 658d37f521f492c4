//! Every case of `cases/` does what the reference did, as `golden/` has it.
//!
//! A case is a stream, the script of a provider, and what is read. `make oracle` asks the
//! reference; here our runtime is asked the same, offline.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod case;
mod compare;
mod pending;
mod provider;
mod reading;
mod script;

use std::collections::BTreeMap;
use std::path::Path;

use case::Case;
use pending::Pending;

/// Runs every case; the differences by name.
fn differences() -> BTreeMap<String, Option<String>> {
    let filter = std::env::var("SYNCLINE_TEST_CASE").unwrap_or_default();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let cases = Case::all();
    assert!(cases.len() >= 60, "{} cases", cases.len());
    cases
        .into_iter()
        .filter(|case| case.name.contains(&filter))
        .map(|case| {
            let golden = case.golden();
            let ours = runtime.block_on(reading::read(&case));
            (
                case.name.clone(),
                compare::difference(&case, &golden, &ours),
            )
        })
        .collect()
}

#[test]
fn cases_do_what_the_reference_does() {
    let pending = Pending::read();
    let mut wrong = Vec::new();
    for (name, difference) in differences() {
        match (difference, pending.reason(&name)) {
            (None, None) | (Some(_), Some(_)) => {}
            (Some(difference), None) => wrong.push(format!("{name}\n{difference}")),
            (None, Some(_)) => wrong.push(format!(
                "{name} passes: take it off pending.txt or divergences.yaml"
            )),
        }
    }
    assert!(
        wrong.is_empty(),
        "{} cases:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn what_is_pending_is_a_case_and_has_a_reason() {
    let names: Vec<_> = Case::all().into_iter().map(|case| case.name).collect();
    for (name, reason) in Pending::read().entries() {
        assert!(names.iter().any(|one| one == name), "{name} is no case");
        assert!(!reason.is_empty(), "{name} has no reason");
    }
}

#[test]
fn every_divergence_is_documented() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/MANIFESTS.md");
    let document = std::fs::read_to_string(path).unwrap();
    for divergence in pending::divergences() {
        let row = format!("| `{}` |", divergence.id);
        assert!(
            document.contains(&row),
            "docs/MANIFESTS.md does not tell why {row}"
        );
    }
}

#[test]
fn every_case_is_answered_by_the_reference() {
    for case in Case::all() {
        assert!(
            case.golden_path().exists(),
            "{}: run `make oracle`",
            case.name
        );
        assert!(!case.about.is_empty(), "{}: say what it shows", case.name);
    }
}
