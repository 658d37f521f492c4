//! Streams that a manifest makes of a template, as far as the manifest alone tells them.

use chrono::DateTime;
use serde_json::{Map, Value};

use super::allowance::{Allowance, Exhausted, weight};
use super::parameters::PARAMETERS;
use super::references::{ReferenceError, resolve};
use super::yaml;
use crate::path::fits;
use crate::template::{Context, Engine, Names, Template};

/// No manifest makes more streams of one template.
const MOST_STREAMS: usize = 10_000;

/// The streams of a `DynamicDeclarativeStream`, or which component keeps them from being known.
pub(super) fn expand(
    node: &Value,
    root: &Value,
    allowance: &mut Allowance,
) -> Result<Vec<Value>, String> {
    let node = resolve(node, root, allowance).map_err(|error| error.to_string())?;
    let kind = node.pointer("/components_resolver/type");
    let kind = kind.and_then(Value::as_str).unwrap_or_default();
    if kind != "ParametrizedComponentsResolver" {
        let with = if kind.is_empty() { "" } else { " with " };
        return Err(format!("DynamicDeclarativeStream{with}{kind}"));
    }
    let list = |pointer: &str| node.pointer(pointer).and_then(Value::as_array);
    let template = node.get("stream_template").cloned().unwrap_or_default();
    let values = list("/components_resolver/stream_parameters/list_of_parameters_for_stream");
    let values = values.map(Vec::as_slice).unwrap_or_default();
    let mappings = list("/components_resolver/components_mapping");
    let mappings = mappings.map(Vec::as_slice).unwrap_or_default();
    if values.len() > MOST_STREAMS {
        return Err(format!("{kind} with more than {MOST_STREAMS} streams"));
    }
    let engine = Engine::new();
    let mappings = mappings
        .iter()
        .map(|mapping| Mapping::compile(&engine, mapping))
        .collect::<Result<Vec<_>, _>>()?;
    let nothing = Context::new(&Map::new(), DateTime::UNIX_EPOCH);
    let streams = values.iter().map(|values| {
        allowance.take(weight(&template)).map_err(too_large)?;
        let context = nothing
            .clone()
            .with("components_values", values)
            .with("stream_template_config", &template);
        let mut stream = template.clone();
        for mapping in &mappings {
            mapping.apply(&mut stream, &context, allowance)?;
        }
        Ok(stream)
    });
    streams.collect()
}

fn too_large(_: Exhausted) -> String {
    ReferenceError::TooLarge.to_string()
}

/// `ComponentMappingDefinition`.
struct Mapping {
    path: Vec<Template>,
    value: Template,
    creates: bool,
}

impl Mapping {
    fn compile(engine: &Engine, mapping: &Value) -> Result<Self, String> {
        let parameters = mapping.get(PARAMETERS).unwrap_or(&Value::Null);
        let compile = |value: &Value| {
            let text = value
                .as_str()
                .ok_or("ComponentMappingDefinition without texts")?;
            if text.contains("config[") || text.contains("config.") {
                // Without a configuration there is no value.
                return Err("ComponentMappingDefinition with the configuration".to_owned());
            }
            Template::compile(engine, text, parameters, Names::Component)
                .map_err(|error| error.to_string())
        };
        let path = mapping.get("field_path").and_then(Value::as_array);
        Ok(Self {
            path: path
                .into_iter()
                .flatten()
                .map(compile)
                .collect::<Result<_, _>>()?,
            value: compile(mapping.get("value").unwrap_or(&Value::Null))?,
            creates: mapping.get("create_or_update") == Some(&Value::Bool(true)),
        })
    }

    fn apply(
        &self,
        stream: &mut Value,
        context: &Context,
        allowance: &mut Allowance,
    ) -> Result<(), String> {
        let failed = |error: crate::template::TemplateError| error.to_string();
        let value = self.value.string_value(context).map_err(failed)?;
        let value = match &value {
            Value::String(text) => yaml::parse(text).unwrap_or_else(|_| value.clone()),
            _ => value,
        };
        let path = self.path.iter().map(|part| part.string(context));
        let path = path.collect::<Result<Vec<_>, _>>().map_err(failed)?;
        let places = set(stream, &path, &value, allowance).map_err(too_large)?;
        if places == 0 && self.creates {
            create(stream, &path, value);
        }
        Ok(())
    }
}

/// Sets what is there already; how many places there were.
fn set(
    node: &mut Value,
    path: &[String],
    value: &Value,
    allowance: &mut Allowance,
) -> Result<usize, Exhausted> {
    let Some((first, rest)) = path.split_first() else {
        allowance.take(weight(value))?;
        *node = value.clone();
        return Ok(1);
    };
    let mut places = 0;
    match node {
        Value::Object(map) => {
            for (name, child) in map {
                if fits(first, name) {
                    places += set(child, rest, value, allowance)?;
                }
            }
        }
        Value::Array(items) => {
            for (index, child) in items.iter_mut().enumerate() {
                if fits(first, &index.to_string()) {
                    places += set(child, rest, value, allowance)?;
                }
            }
        }
        _ => {}
    }
    Ok(places)
}

fn create(node: &mut Value, path: &[String], value: Value) {
    let Some((first, rest)) = path.split_first() else {
        *node = value;
        return;
    };
    if let (Value::Array(items), Ok(index)) = (&mut *node, first.parse::<usize>()) {
        if let Some(item) = items.get_mut(index) {
            create(item, rest, value);
        }
        return;
    }
    if !node.is_object() {
        *node = Value::Object(Map::new());
    }
    if let Value::Object(map) = node {
        create(
            map.entry(first.as_str()).or_insert(Value::Null),
            rest,
            value,
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::manifest::Manifest;

    #[test]
    fn a_template_gives_a_stream_for_each_set_of_its_parameters() {
        let manifest = Manifest::parse(
        r#"
dynamic_streams:
  - type: DynamicDeclarativeStream
    name: reports
    stream_template:
      type: DeclarativeStream
      name: ""
      primary_key: []
      retriever:
        type: SimpleRetriever
        requester: { type: HttpRequester, url_base: "http://127.0.0.1", path: "" }
        record_selector: { type: RecordSelector, extractor: { type: DpathExtractor, field_path: [] } }
    components_resolver:
      type: ParametrizedComponentsResolver
      stream_parameters:
        type: StreamParametersDefinition
        list_of_parameters_for_stream:
          - { name: sales, key: [id], fields: "{a: 1}" }
          - { name: visits, key: [id, day], fields: "b" }
      components_mapping:
        - { type: ComponentMappingDefinition, field_path: [name], value: "{{ components_values['name'] }}" }
        - { type: ComponentMappingDefinition, field_path: [primary_key], value: "{{ components_values.key }}" }
        - { type: ComponentMappingDefinition, field_path: [retriever, requester, path], value: "/{{ components_values.name }}" }
        - { type: ComponentMappingDefinition, field_path: [schema_loader], value: "{type: InlineSchemaLoader, schema: {title: {{ components_values.name }}}}", create_or_update: true }
  - type: DynamicDeclarativeStream
    name: remote
    stream_template: { type: DeclarativeStream, name: x }
    components_resolver: { type: HttpComponentsResolver }
"#,
    )
    .unwrap();
        let streams = manifest.streams();
        let names: Vec<&str> = streams.iter().map(|stream| stream.name.as_str()).collect();
        assert_eq!(names, ["sales", "visits", "remote"]);
        assert!(
            streams[0].is_supported(),
            "{:?}",
            streams[0].unsupported_reason
        );
        assert_eq!(streams[1].display_name.as_deref(), Some("visits"));
        assert!(streams[1].has_primary_key);
        let reason = streams[2].unsupported_reason.as_deref().unwrap();
        assert!(reason.contains("HttpComponentsResolver"), "{reason}");
    }
}
