//! Any text as a manifest: parsed, resolved, and every stream of it compiled.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::{Map, Value, json};
use syncline_connectors::Manifest;

fuzz_target!(|text: &str| {
    let Ok(manifest) = Manifest::parse(text) else {
        return;
    };
    for stream in manifest.streams() {
        assert!(!stream.name.is_empty());
    }
    let config = config();
    let _ = manifest.validate_config(&config);
    let (public, secrets) = manifest.split_secrets(config.clone());
    assert_eq!(
        manifest.join_secrets(public, secrets),
        config,
        "no value may get lost"
    );
});

fn config() -> Map<String, Value> {
    let config = json!({
        "a": "x",
        "b": {"c": [1, {"d": null}]},
        "base_url": "http://127.0.0.1:9",
        "credentials": {"api_key": "k", "region": "eu"}
    });
    match config {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}
