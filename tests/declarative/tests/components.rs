//! The list of components: in the docs, in the code, and each in a case.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use syncline_connectors::components::list::COMPONENTS;

const BEGIN: &str = "<!-- components -->\n";
const END: &str = "<!-- /components -->\n";

fn below(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn table() -> String {
    let mut table = "| family | components |\n|---|---|\n".to_owned();
    for (family, types) in COMPONENTS {
        let types: Vec<_> = types.iter().map(|kind| format!("`{kind}`")).collect();
        table.push_str(&format!("| {family} | {} |\n", types.join(", ")));
    }
    table
}

/// Run with `SYNCLINE_UPDATE_DOCS=1` to write the table anew.
#[test]
fn the_docs_have_the_list() {
    let path = below("../../docs/MANIFESTS.md");
    let document = std::fs::read_to_string(&path).unwrap();
    let (head, rest) = document.split_once(BEGIN).unwrap();
    let (found, tail) = rest.split_once(END).unwrap();
    if std::env::var_os("SYNCLINE_UPDATE_DOCS").is_some() {
        std::fs::write(&path, format!("{head}{BEGIN}{}{END}{tail}", table())).unwrap();
        return;
    }
    assert_eq!(found, table(), "run with SYNCLINE_UPDATE_DOCS=1");
}

fn texts(folder: &Path, into: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            texts(&path, into);
        } else {
            into.push_str(&std::fs::read_to_string(path).unwrap());
        }
    }
}

/// Names of older manifests that the reference has no more, so that it cannot be asked. They are
/// tested with what stands for them today, in `crates/connectors/tests/declarative/decoding.rs`.
const NOT_IN_THE_REFERENCE: [&str; 5] = [
    "CompositeRawDecoder",
    "CsvParser",
    "GzipParser",
    "JsonLineParser",
    "JsonParser",
];

/// What stands in a case was compared with the reference.
#[test]
fn every_component_is_in_a_case() {
    let mut cases = String::new();
    texts(&below("cases"), &mut cases);
    let words: BTreeSet<&str> = cases.split(|c: char| !c.is_alphanumeric()).collect();
    for kind in COMPONENTS.iter().flat_map(|(_, types)| *types) {
        let is_missing = NOT_IN_THE_REFERENCE.contains(kind);
        assert_ne!(
            words.contains(kind),
            is_missing,
            "{kind}: a case, or a place in the list"
        );
    }
}

/// A component that the code knows by name is in the list.
#[test]
fn the_list_has_what_the_code_knows() {
    /// Parts of components, checks of configurations, and what stands for Python.
    const OTHERS: [&str; 14] = [
        "ApiKey",
        "Bearer",
        "ConfigAddFields",
        "ConfigRemapField",
        "ConfigRemoveFields",
        "CustomStateMigration",
        "Default",
        "DpathValidator",
        "GzipJsonDecoder",
        "JsonItemsParser",
        "None",
        "PredicateValidator",
        "Spec",
        "ValidateAdheresToSchema",
    ];
    let mut code = String::new();
    texts(&below("../../crates/connectors/src/components"), &mut code);
    let listed: BTreeSet<&str> = COMPONENTS
        .iter()
        .flat_map(|(_, types)| types.iter().copied())
        .chain(OTHERS)
        .collect();
    for line in code.lines() {
        let mut parts = line.split('"');
        let (before, kind) = (parts.next().unwrap(), parts.next().unwrap_or_default());
        let is_arm = line.trim_start().starts_with('"') && line.contains("\" =>");
        let is_compared = before.ends_with("kind() != ") || before.ends_with("kind() == ");
        if (is_arm || is_compared) && kind.starts_with(char::is_uppercase) {
            let is_word = kind.contains(char::is_lowercase);
            assert!(!is_word || listed.contains(kind), "{kind} is not listed");
        }
    }
}
