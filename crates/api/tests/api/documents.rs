//! `docs/API.md` says what the code says.

use std::collections::BTreeSet;

use serde_json::Value;

const API_MD: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/API.md");

#[test]
fn the_table_of_error_codes_is_the_codes() {
    let text = std::fs::read_to_string(API_MD).unwrap();
    assert!(
        text.contains(&syncline_api::error_table()),
        "docs/API.md should have this table:\n{}",
        syncline_api::error_table()
    );
}

#[test]
fn every_operation_is_listed() {
    let text = std::fs::read_to_string(API_MD).unwrap();
    let listed: BTreeSet<String> = text
        .lines()
        .filter_map(|line| {
            line.strip_prefix("| `")?
                .split_once('`')
                .map(|(request, _)| request.to_owned())
        })
        .filter(|request| request.contains(" /"))
        .collect();
    let document: Value = serde_json::from_str(&syncline_api::openapi_json()).unwrap();
    let mut documented = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            let path = path.strip_prefix("/v2/integrations").unwrap_or(path);
            documented.insert(format!("{} {path}", method.to_uppercase()));
        }
    }
    assert_eq!(listed, documented);
}
