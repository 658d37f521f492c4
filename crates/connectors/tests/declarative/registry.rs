//! The registry: files, broken ones among them.

use serde_json::json;
use syncline_connectors::{Provider, Registry};

use crate::manifests::Items;

#[test]
fn a_directory_is_read_and_no_broken_file_hides_another() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &[u8]| std::fs::write(dir.path().join(name), text).unwrap();
    let good = Items::default().yaml();
    write("zeta.yaml", good.as_bytes());
    write("alpha.yml", good.as_bytes());
    write("both.yaml", good.as_bytes());
    write("both.yml", b"streams: 5");
    write("broken.yaml", b"streams: [\n");
    write("bytes.yaml", b"\xff\xfe");
    write("notes.txt", b"no manifest");
    let registry = Registry::load(dir.path()).unwrap();
    let states: Vec<_> = registry
        .providers()
        .map(|provider| (provider.name(), provider.manifest().is_ok()))
        .collect();
    assert_eq!(
        states,
        [
            ("alpha", true),
            ("both", true),
            ("broken", false),
            ("bytes", false),
            ("zeta", true)
        ]
    );
    let error = registry
        .find("broken")
        .unwrap()
        .manifest()
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with("the manifest is not valid YAML: line "),
        "{error}"
    );
    assert!(
        registry
            .find("bytes")
            .unwrap()
            .manifest()
            .unwrap_err()
            .to_string()
            .contains("cannot be read")
    );
    assert!(registry.find("notes").is_none() && registry.find("none").is_none());
    assert!(Registry::load(&dir.path().join("none")).is_err());
}

#[test]
fn a_provider_is_known_by_the_hash_of_its_text() {
    let text = Items::default().yaml();
    let registry =
        Registry::from_manifests([("one", text.as_str()), ("two", &text), ("one", "later")]);
    let (one, two) = (registry.find("one").unwrap(), registry.find("two").unwrap());
    assert_eq!(
        (one.text(), one.content_hash()),
        (text.as_str(), two.content_hash())
    );
    assert_eq!(
        one.content_hash(),
        Provider::compile("x", text.clone()).content_hash()
    );
    assert_eq!(
        Provider::compile("x", "").content_hash(),
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    );
    let manifest = one.manifest().unwrap();
    assert_eq!(manifest.streams()[0].name, "items");
    assert!(
        manifest
            .validate_config(json!({"url": "u"}).as_object().unwrap())
            .is_ok()
    );
}

#[test]
fn nothing_prints_a_secret() {
    let provider = Provider::compile("one", Items::default().yaml());
    let config = crate::run::object(json!({"url": "u", "api_token": "s3cret"}));
    let manifest = provider.manifest().unwrap();
    let (public, secrets) = manifest.split_secrets(config);
    assert_eq!(secrets["/api_token"], "s3cret");
    assert!(!format!("{public:?}{provider:?}").contains("s3cret"));
}
