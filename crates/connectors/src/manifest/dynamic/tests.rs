use serde_json::{Map, Value, json};

use crate::manifest::Manifest;

const TEMPLATE: &str = r#"
      type: DeclarativeStream
      name: ""
      primary_key: []
      retriever:
        type: SimpleRetriever
        requester: { type: HttpRequester, url_base: "http://127.0.0.1", path: "" }
        record_selector: { type: RecordSelector, extractor: { type: DpathExtractor, field_path: [] } }
"#;

fn listed(mappings: &str) -> String {
    format!(
        r#"
spec:
  connection_specification:
    type: object
    properties: {{tables: {{type: array}}, key: {{type: string, airbyte_secret: true}}}}
dynamic_streams:
  - type: DynamicDeclarativeStream
    name: tables
    stream_template:{TEMPLATE}
    components_resolver:
      type: ConfigComponentsResolver
      stream_config: {{type: StreamConfig, configs_pointer: [tables]}}
      components_mapping:
        - {{type: ComponentMappingDefinition, field_path: [name], value: "{{{{ components_values.name }}}}"}}
{mappings}
"#
    )
}

fn config(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

fn names(manifest: &Manifest) -> Vec<&str> {
    let streams = manifest.streams().iter();
    streams.map(|stream| stream.name.as_str()).collect()
}

#[test]
fn a_template_gives_a_stream_for_each_set_of_its_parameters() {
    let manifest = Manifest::parse(&format!(
        r#"
dynamic_streams:
  - type: DynamicDeclarativeStream
    name: reports
    stream_template:{TEMPLATE}
    components_resolver:
      type: ParametrizedComponentsResolver
      stream_parameters:
        type: StreamParametersDefinition
        list_of_parameters_for_stream:
          - {{ name: sales, key: [id], fields: "{{a: 1}}" }}
          - {{ name: visits, key: [id, day], fields: "b" }}
      components_mapping:
        - {{ type: ComponentMappingDefinition, field_path: [name], value: "{{{{ components_values['name'] }}}}" }}
        - {{ type: ComponentMappingDefinition, field_path: [primary_key], value: "{{{{ components_values.key }}}}" }}
        - {{ type: ComponentMappingDefinition, field_path: [retriever, requester, path], value: "/{{{{ components_values.name }}}}" }}
        - {{ type: ComponentMappingDefinition, field_path: [schema_loader], value: "{{type: InlineSchemaLoader, schema: {{title: {{{{ components_values.name }}}}}}}}", create_or_update: true }}
  - type: DynamicDeclarativeStream
    name: remote
    stream_template: {{ type: DeclarativeStream, name: x }}
    components_resolver: {{ type: HttpComponentsResolver, retriever: {{ type: CustomRetriever }} }}
"#,
    ))
    .unwrap();
    assert_eq!(names(&manifest), ["sales", "visits", "remote"]);
    let streams = manifest.streams();
    assert!(
        streams[0].is_supported(),
        "{:?}",
        streams[0].unsupported_reason
    );
    assert_eq!(streams[1].display_name.as_deref(), Some("visits"));
    assert!(streams[1].has_primary_key);
    assert_eq!(
        streams[2].unsupported_reason.as_deref(),
        Some(
            "CustomRetriever is not supported (at dynamic_streams[1].components_resolver.retriever)"
        )
    );
    assert!(!manifest.is_of_a_connection());
}

#[test]
fn a_configuration_makes_the_streams_of_its_connection() {
    let manifest = Manifest::parse(&listed("")).unwrap();
    assert!(manifest.is_of_a_connection() && !manifest.needs_discovery());
    assert_eq!(names(&manifest), Vec::<&str>::new());
    let tables = config(json!({"tables": [{"name": "a"}, {"name": "b"}]}));
    manifest.validate_config(&tables).unwrap();
    let own = std::sync::Arc::new(manifest).of_connection(&tables);
    assert_eq!(names(&own), ["a", "b"]);
    assert!(own.streams().iter().all(|stream| stream.is_supported()));
}

#[test]
fn a_configuration_that_names_streams_wrongly_is_refused_where_it_does() {
    let manifest = Manifest::parse(&listed("")).unwrap();
    let many: Vec<Value> = (0..1001)
        .map(|at| json!({"name": format!("t{at}")}))
        .collect();
    for (tables, wanted) in [
        (
            json!([{"name": "a"}, {"name": "a"}]),
            "two streams have the name `a`",
        ),
        (json!([{"name": ""}]), "must not be empty"),
        (json!([{"name": 5}]), "must be a text, not a number"),
        (json!([{"name": "x".repeat(201)}]), "at most 200 characters"),
        (json!([{"name": "a\u{7}"}]), "control characters"),
        (json!([7]), "must not be empty"),
        (json!([{"name": "k-123456789"}]), "holds a secret"),
        (many.into(), "more than 1000 streams"),
    ] {
        let given = config(json!({"tables": tables, "key": "k-123456789"}));
        let problems = manifest.validate_config(&given).unwrap_err();
        let [problem] = problems.as_slice() else {
            panic!("{problems:?}");
        };
        assert_eq!(problem.pointer, "/tables");
        assert!(problem.message.contains(wanted), "{}", problem.message);
        assert!(!problem.message.contains("k-123456789"));
    }
}

#[test]
fn a_mapping_that_spreads_without_end_is_bounded() {
    let deep = r#"        - {type: ComponentMappingDefinition, field_path: ["**", "**", "**", "**", "**", "**", "**", "**", "x"], value: "{x: {x: {x: 1}}}"}
        - {type: ComponentMappingDefinition, field_path: ["**"], value: "{a: {b: 1}}"}"#;
    let manifest = Manifest::parse(&listed(deep)).unwrap();
    let problems = manifest
        .validate_config(&config(json!({"tables": [{"name": "a"}]})))
        .unwrap_err();
    assert!(!problems.is_empty());
}

#[test]
fn a_reason_tells_no_secret_of_the_configuration() {
    let wrong = r#"        - {type: ComponentMappingDefinition, field_path: [retriever, requester, path], value: "{{ '{{ nothing.' ~ config.key ~ ' }}' }}"}"#;
    let manifest = std::sync::Arc::new(Manifest::parse(&listed(wrong)).unwrap());
    let own = manifest.of_connection(&config(
        json!({"tables": [{"name": "a"}], "key": "k123456789"}),
    ));
    let reason = own.streams()[0].unsupported_reason.clone().unwrap();
    assert!(
        reason.contains("unknown here") && !reason.contains("k123456789"),
        "{reason}"
    );
}
