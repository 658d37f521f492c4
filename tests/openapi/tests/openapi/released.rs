//! The API keeps what the last release promised, or the changelog says otherwise.

use serde_json::Value;
use syncline_openapi_checks::Spec;
use syncline_openapi_checks::breaking::{changes, unannounced};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// The newest document of `openapi/released/`, with its version.
fn last_release() -> (String, Value) {
    let directory = std::fs::read_dir(format!("{ROOT}/openapi/released")).unwrap();
    let mut versions: Vec<(Vec<u64>, String)> = directory
        .filter_map(|entry| {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let version = name.strip_suffix(".json")?.to_owned();
            let numbers = version.split('.').map(|number| number.parse().unwrap());
            Some((numbers.collect(), version))
        })
        .collect();
    versions.sort();
    let (_, version) = versions.pop().unwrap();
    let document = Spec::file(&format!("released/{version}.json"));
    (version, document)
}

#[test]
fn nothing_breaks_a_client_unless_the_changelog_says_so() {
    let (version, released) = last_release();
    let changelog = std::fs::read_to_string(format!("{ROOT}/CHANGELOG.md")).unwrap();
    let changes = changes(&released, &Spec::file("openapi.json"));
    let silent: Vec<String> = unannounced(&changes, &changelog, &version)
        .into_iter()
        .map(ToString::to_string)
        .collect();
    assert!(
        silent.is_empty(),
        "these changes break clients of {version}. Undo them, or name each place in CHANGELOG.md \
         below `### Breaking`:\n  {}",
        silent.join("\n  ")
    );
}

#[test]
fn a_released_document_says_its_version() {
    let (version, released) = last_release();
    assert_eq!(released["info"]["version"], version);
}
