use serde_json::{Map, Value, json};

use crate::Manifest;

const MANIFEST: &str = r#"
version: 1.0.0
type: DeclarativeSource
check: {type: CheckStream, stream_names: []}
streams: []
spec:
  type: Spec
  connection_specification:
    type: object
    required: [url, credentials]
    additionalProperties: true
    properties:
      url: {type: string}
      pin: {type: string, pattern: "^[0-9]+$", airbyte_secret: true}
      size: {type: integer, minimum: 1}
      credentials:
        oneOf:
          - {type: object, required: [api_token], properties: {kind: {const: token}, api_token: {type: string, airbyte_secret: true}}}
          - {type: object, required: [password], properties: {kind: {const: login}, user: {type: string}, password: {type: string, airbyte_secret: true}}}
      accounts:
        type: array
        items: {type: object, properties: {name: {type: string}, "a/b~c": {type: string, airbyte_secret: true}}}
      keys: {type: array, items: {type: string, airbyte_secret: true}}
"#;

fn map(value: Value) -> Map<String, Value> {
    serde_json::from_value(value).unwrap()
}

fn problems(config: Value) -> Vec<(String, String)> {
    let manifest = Manifest::parse(MANIFEST).unwrap();
    let problems = manifest.validate_config(&map(config)).unwrap_err();
    problems
        .into_iter()
        .map(|problem| (problem.pointer, problem.message))
        .collect()
}

#[test]
fn problems_name_their_field_and_never_a_value() {
    let found = problems(json!({"url": 5, "pin": "s3cret", "size": 0}));
    let pointers: Vec<&str> = found.iter().map(|(pointer, _)| pointer.as_str()).collect();
    assert_eq!(pointers.len(), 4, "{found:?}");
    for wanted in ["/url", "/pin", "/size", "/credentials"] {
        assert!(pointers.contains(&wanted), "{found:?}");
    }
    let found = problems(
        json!({"url": "u", "credentials": {"kind": "token", "api_token": 77_777}, "size": "s3cret"}),
    );
    assert!(found.iter().any(|(pointer, _)| pointer == "/size"));
    assert!(
        !format!("{found:?}").contains("s3cret") && !format!("{found:?}").contains("77777"),
        "{found:?}"
    );
    assert_eq!(
        problems(json!({"credentials": {"password": "x"}})),
        [("/url".to_owned(), "is required".to_owned())]
    );
}

#[test]
fn a_good_configuration_passes() {
    let manifest = Manifest::parse(MANIFEST).unwrap();
    let config =
        json!({"url": "u", "credentials": {"kind": "login", "password": "x"}, "unknown": 1});
    assert_eq!(manifest.validate_config(&map(config)), Ok(()));
}

#[test]
fn secrets_are_found_at_any_depth_and_put_back() {
    let manifest = Manifest::parse(MANIFEST).unwrap();
    let config = map(json!({
        "url": "u",
        "pin": "1",
        "credentials": {"kind": "login", "user": "ann", "password": "p"},
        "accounts": [{"name": "a", "a/b~c": "s1"}, {"name": "b"}, {"a/b~c": "s2"}],
        "keys": ["k1", "k2"],
    }));
    let (public, secrets) = manifest.split_secrets(config.clone());
    assert_eq!(
        Value::Object(public.clone()),
        json!({
            "url": "u",
            "credentials": {"kind": "login", "user": "ann"},
            "accounts": [{"name": "a"}, {"name": "b"}, {}],
            "keys": [null, null],
        })
    );
    assert_eq!(
        secrets.keys().collect::<Vec<_>>(),
        [
            "/accounts/0/a~1b~0c",
            "/accounts/2/a~1b~0c",
            "/credentials/password",
            "/keys/0",
            "/keys/1",
            "/pin"
        ]
    );
    assert_eq!(manifest.join_secrets(public, secrets.clone()), config);
    let joined = manifest.join_secrets(
        Map::new(),
        [("/credentials/password".to_owned(), json!("p"))].into(),
    );
    assert_eq!(
        Value::Object(joined),
        json!({"credentials": {"password": "p"}})
    );
}

proptest::proptest! {
    #[test]
    fn what_was_split_joins_to_the_same(pin in ".*", token in ".*", url in ".*", names in proptest::collection::vec(".*", 0..4)) {
        let manifest = Manifest::parse(MANIFEST).unwrap();
        let accounts: Vec<Value> = names.iter().map(|name| json!({"name": name, "a/b~c": name})).collect();
        let config = map(json!({"url": url, "pin": pin, "credentials": {"api_token": token}, "accounts": accounts}));
        let (public, secrets) = manifest.split_secrets(config.clone());
        proptest::prop_assert_eq!(secrets.len(), 2 + names.len());
        let joined = Value::Object(manifest.join_secrets(public, secrets));
        proptest::prop_assert_eq!(joined, Value::Object(config));
    }
}
