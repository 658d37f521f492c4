use serde_json::{Value, json};

use super::*;

const HEAD: &str =
    "version: 1.0.0\ntype: DeclarativeSource\ncheck: {type: CheckStream, stream_names: [a]}\n";

fn yaml(text: &str) -> Value {
    super::yaml::parse(text).unwrap()
}

#[test]
fn scalars_follow_yaml_1_1() {
    let table = [
        ("yes", json!(true)),
        ("Off", json!(false)),
        ("on", json!(true)),
        ("n", json!("n")),
        ("\"yes\"", json!("yes")),
        ("'012'", json!("012")),
        ("012", json!(10)),
        ("0o12", json!("0o12")),
        ("0x1F", json!(31)),
        ("0b101", json!(5)),
        ("1_000", json!(1000)),
        ("-7", json!(-7)),
        ("1:30", json!(90)),
        ("12:34:56", json!(45296)),
        ("1.5", json!(1.5)),
        ("1.0", json!(1.0)),
        ("1e5", json!("1e5")),
        ("1.0e+5", json!(100_000.0)),
        ("~", Value::Null),
        ("null", Value::Null),
        ("2024-01-01", json!("2024-01-01")),
        ("2024-01-01T00:00:00Z", json!("2024-01-01T00:00:00Z")),
        ("08", json!("08")),
        ("1.2.3", json!("1.2.3")),
        ("+", json!("+")),
        ("-", json!([null])),
        ("!!str 12", json!("12")),
        ("!!int '12'", json!(12)),
        ("99999999999999999999", json!("99999999999999999999")),
    ];
    for (text, wanted) in table {
        assert_eq!(yaml(text), wanted, "{text}");
    }
}

#[test]
fn merge_keys_and_anchors() {
    let text = "base: &b {a: 1, b: {c: 2}}\nmore: &m {a: 5, d: 6}\none: {<<: *b, a: 9}\ntwo: {<<: [*b, *m]}\nthree: *b\n";
    let value = yaml(text);
    assert_eq!(value["one"], json!({"a": 9, "b": {"c": 2}}));
    assert_eq!(value["two"], json!({"a": 1, "b": {"c": 2}, "d": 6}));
    assert_eq!(value["three"], value["base"]);
}

#[test]
fn texts_that_multiply_are_refused() {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..9 {
        let before = level - 1;
        let refs = vec![format!("*a{before}"); 10].join(", ");
        text.push_str(&format!("a{level}: &a{level} [{refs}]\n"));
    }
    assert!(matches!(
        super::yaml::parse(&text),
        Err(ManifestError::Syntax { .. })
    ));
    assert!(super::yaml::parse(&"[".repeat(5000)).is_err());
}

#[test]
fn a_broken_text_says_where() {
    let error = Manifest::parse("streams:\n  - name: a\n   bad: [\n").unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("the manifest is not valid YAML: line 3"),
        "{error}"
    );
    for (text, wanted) in [
        ("", "it must be a mapping"),
        ("- 1", "it must be a mapping"),
        ("version: 1", "`streams` is missing"),
        ("streams: 5", "`streams` must be a list"),
    ] {
        assert!(
            Manifest::parse(text)
                .unwrap_err()
                .to_string()
                .contains(wanted),
            "{text}"
        );
    }
    let error =
        Manifest::parse("streams: []\nspec: {connection_specification: {type: 7}}").unwrap_err();
    assert!(matches!(error, ManifestError::Spec(_)), "{error}");
}

#[test]
fn references_are_resolved_anywhere() {
    let root = json!({
        "definitions": {
            "base": {"type": "Base", "limit": 50, "list": [{"a": 1}], "nested": {"x": "#/definitions/base/limit"}},
            "a/b": "slash",
            "loop": {"again": {"$ref": "#/definitions/loop"}},
        }
    });
    let table = [
        (json!("#/definitions/base/limit"), json!(50)),
        (
            json!({"$ref": "#/definitions/base/list/0"}),
            json!({"a": 1}),
        ),
        (
            json!({"$ref": "#/definitions/base/nested", "x": 1, "y": ["#/definitions/a/b"]}),
            json!({"x": 1, "y": ["slash"]}),
        ),
        (
            json!({"$ref": "#/definitions/base/nested"}),
            json!({"x": 50}),
        ),
        (
            json!({"$ref": "#/definitions/base/limit", "lost": 1}),
            json!(50),
        ),
        (json!("# / no reference"), json!("# / no reference")),
    ];
    for (node, wanted) in table {
        assert_eq!(
            resolve(&node, &root, &mut Allowance::of_a_manifest()).unwrap(),
            wanted,
            "{node}"
        );
    }
    assert_eq!(
        resolve(&json!("#/none"), &root, &mut Allowance::of_a_manifest()),
        Err(ReferenceError::Undefined("#/none".to_owned()))
    );
    assert_eq!(
        resolve(
            &json!("#/definitions/loop"),
            &root,
            &mut Allowance::of_a_manifest()
        ),
        Err(ReferenceError::Circular("#/definitions/loop".to_owned()))
    );
}

#[test]
fn a_resolved_stream() {
    let root = yaml(
        r##"
definitions:
  requester: {url_base: "https://x.test", http_method: GET, authenticator: {type: NoAuth}}
  base:
    retriever:
      requester: {$ref: "#/definitions/requester", path: "{{ parameters['path'] }}"}
      record_selector:
        extractor: {field_path: ["{{ parameters.name }}"]}
streams:
  - $ref: "#/definitions/base"
    $parameters: {name: things, path: /things, http_method: POST}
    schema_loader: {type: InlineSchemaLoader, schema: {type: object, properties: {type: {type: string}}}}
"##,
    );
    let mut allowance = Allowance::of_a_manifest();
    let stream = resolve(&root["streams"][0], &root, &mut allowance).unwrap();
    let stream = propagate(stream, "DeclarativeSource", "streams", &mut allowance).unwrap();
    insta::assert_json_snapshot!(stream, @r##"
    {
      "retriever": {
        "requester": {
          "url_base": "https://x.test",
          "http_method": "GET",
          "authenticator": {
            "type": "NoAuth",
            "name": "things",
            "path": "/things",
            "http_method": "POST",
            "$parameters": {
              "name": "things",
              "path": "/things",
              "http_method": "POST"
            }
          },
          "path": "{{ parameters['path'] }}",
          "type": "HttpRequester",
          "name": "things",
          "$parameters": {
            "name": "things",
            "path": "/things",
            "http_method": "POST"
          }
        },
        "record_selector": {
          "extractor": {
            "field_path": [
              "{{ parameters.name }}"
            ],
            "type": "DpathExtractor",
            "name": "things",
            "path": "/things",
            "http_method": "POST",
            "$parameters": {
              "name": "things",
              "path": "/things",
              "http_method": "POST"
            }
          },
          "type": "RecordSelector",
          "name": "things",
          "path": "/things",
          "http_method": "POST",
          "$parameters": {
            "name": "things",
            "path": "/things",
            "http_method": "POST"
          }
        },
        "type": "SimpleRetriever",
        "name": "things",
        "path": "/things",
        "http_method": "POST",
        "$parameters": {
          "name": "things",
          "path": "/things",
          "http_method": "POST"
        }
      },
      "type": "DeclarativeStream",
      "schema_loader": {
        "type": "InlineSchemaLoader",
        "schema": {
          "type": "object",
          "properties": {
            "type": {
              "type": "string"
            }
          }
        },
        "name": "things",
        "path": "/things",
        "http_method": "POST",
        "$parameters": {
          "name": "things",
          "path": "/things",
          "http_method": "POST"
        }
      },
      "name": "things",
      "path": "/things",
      "http_method": "POST",
      "$parameters": {
        "name": "things",
        "path": "/things",
        "http_method": "POST"
      }
    }
    "##);
}

#[test]
fn every_stream_stands_for_itself() {
    let text = format!(
        r##"{HEAD}
definitions:
  good: &good
    requester: {{type: HttpRequester, url_base: "https://x.test", path: a}}
    record_selector: {{type: RecordSelector, extractor: {{field_path: []}}}}
streams:
  - {{name: a, unknown_key: 1, retriever: {{<<: *good, more: 2}}, primary_key: id}}
  - {{name: code, retriever: {{class_name: source_x.Retriever}}}}
  - {{name: router, retriever: {{<<: *good, partition_router: {{type: SubstreamPartitionRouter}}}}}}
  - {{name: oauth, retriever: {{<<: *good, requester: {{type: HttpRequester, url_base: "https://x.test", authenticator: {{type: OAuthAuthenticator}}}}}}}}
  - {{name: pattern, retriever: {{<<: *good, record_selector: {{extractor: {{field_path: [a, "*"]}}}}}}}}
  - {{name: csv, retriever: {{<<: *good, decoder: {{type: CsvDecoder}}}}}}
  - {{name: template, retriever: {{<<: *good, requester: {{type: HttpRequester, url_base: "{{{{ config['x' }}}}"}}}}}}
  - {{name: name, retriever: {{<<: *good, requester: {{type: HttpRequester, url_base: "{{{{ nothing.x }}}}"}}}}}}
  - {{name: filter, retriever: {{<<: *good, requester: {{type: HttpRequester, url_base: "{{{{ config.x | xmlattr }}}}"}}}}}}
  - {{name: state, retriever: {{<<: *good, requester: {{type: HttpRequester, url_base: "{{{{ stream_state.x }}}}"}}}}}}
  - {{name: broken, retriever: {{$ref: "#/definitions/none"}}}}
  - {{name: bare, retriever: {{type: SimpleRetriever}}}}
  - {{name: change, retriever: *good, transformations: [{{type: KeysToLower}}]}}
  - {{name: migrate, retriever: *good, state_migrations: [{{type: CustomStateMigration}}]}}
  - {{type: StateDelegatingStream, name: delegate}}
"##
    );
    let manifest = Manifest::parse(&text).unwrap();
    let reasons: Vec<String> = manifest
        .streams()
        .iter()
        .map(|stream| {
            format!(
                "{}: {}",
                stream.name,
                stream.unsupported_reason.as_deref().unwrap_or("works")
            )
        })
        .collect();
    insta::assert_snapshot!(reasons.join("\n"), @"
    a: works
    code: CustomRetriever (source_x.Retriever, which needs Python) is not supported (at code.retriever)
    router: SubstreamPartitionRouter needs `parent_stream_configs` (at router.retriever.partition_router)
    oauth: OAuthAuthenticator needs `token_refresh_endpoint` (at oauth.retriever.requester.authenticator)
    pattern: works
    csv: works
    template: the template `{{ config['x' }}` syntax error: unexpected `}`, expected `]` (at template.retriever.requester)
    name: the template `{{ nothing.x }}` reads `nothing`, which is unknown here (at name.retriever.requester)
    filter: the template `{{ config.x | xmlattr }}` uses the filter `xmlattr`, which is not supported (at filter.retriever.requester)
    state: the template `{{ stream_state.x }}` reads stream_state, which is not available to templates (at state.retriever.requester)
    broken: the reference `#/definitions/none` leads nowhere (at streams[10])
    bare: SimpleRetriever needs `requester` (at bare.retriever)
    change: works
    migrate: works
    delegate: StateDelegatingStream needs `full_refresh_stream` (at delegate)
    ");
    assert!(manifest.streams()[0].has_primary_key);
}

#[test]
fn what_a_manifest_tells_of_itself() {
    let text = format!(
        r##"{HEAD}
spec:
  documentation_url: https://docs.test
  connection_specification: {{title: Things, type: object, required: [a], properties: {{a: {{type: string}}}}}}
streams:
  - name: a
    primary_key: [[x, y], [z]]
    incremental_sync: {{type: DatetimeBasedCursor, cursor_field: u, datetime_format: "%s", start_datetime: "0"}}
    schema_loader: {{type: InlineSchemaLoader, schema: {{title: All of it, type: object}}}}
    retriever:
      requester: {{url: "https://x.test/a"}}
      record_selector: {{extractor: {{field_path: []}}}}
"##
    );
    let manifest = Manifest::parse(&text).unwrap();
    assert_eq!(
        (manifest.title(), manifest.version()),
        (Some("Things"), Some("1.0.0"))
    );
    assert_eq!(manifest.documentation_url(), Some("https://docs.test"));
    assert_eq!(
        manifest.connection_specification()["required"],
        json!(["a"])
    );
    assert_eq!(
        manifest.streams(),
        [StreamInfo {
            name: "a".to_owned(),
            display_name: Some("All of it".to_owned()),
            unsupported_reason: None,
            has_primary_key: true,
            is_incremental: true,
            json_schema: Some(json!({"title": "All of it", "type": "object"})),
        }]
    );
}

#[test]
fn what_the_whole_manifest_needs_blocks_every_stream_with_a_reason() {
    let text = format!(
        r##"{HEAD}
spec: {{config_normalization_rules: {{transformations: [{{type: CustomConfigTransformation, class_name: x.Y}}]}}}}
streams: [{{name: a, retriever: {{requester: {{url: "https://x.test/a"}}, record_selector: {{extractor: {{field_path: []}}}}}}}}]
dynamic_streams: [{{type: DynamicDeclarativeStream}}]
"##
    );
    let manifest = Manifest::parse(&text).unwrap();
    let reasons: Vec<_> = manifest
        .streams()
        .iter()
        .map(|stream| {
            (
                stream.name.as_str(),
                stream.unsupported_reason.as_deref().unwrap_or_default(),
            )
        })
        .collect();
    assert_eq!(
        reasons,
        [
            (
                "a",
                "CustomConfigTransformation (x.Y, which needs Python) is not supported (at spec.config_normalization_rules.transformations[0])"
            ),
            (
                "dynamic_streams[0]",
                "DynamicDeclarativeStream is not supported (at dynamic_streams[0])"
            ),
        ]
    );
}
