//! The 3.0.3 document says nothing that 3.0 does not know.

use serde_json::Value;
use syncline_openapi_checks::Spec;

/// What a schema of 3.0 may say, as far as this API needs it.
const KEYWORDS: [&str; 27] = [
    "$ref",
    "additionalProperties",
    "allOf",
    "anyOf",
    "default",
    "deprecated",
    "description",
    "enum",
    "example",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "items",
    "maxItems",
    "maxLength",
    "maximum",
    "minItems",
    "minLength",
    "minimum",
    "nullable",
    "oneOf",
    "pattern",
    "properties",
    "readOnly",
    "required",
    "title",
    "type",
];

#[test]
fn no_schema_says_what_only_3_1_knows() {
    let twin = Spec::file("openapi-3.0.json");
    assert_eq!(twin["openapi"], "3.0.3");
    let mut wrong = Vec::new();
    for (name, schema) in twin["components"]["schemas"].as_object().unwrap() {
        check(name, schema, &mut wrong);
    }
    find(&twin["paths"], "paths", &mut wrong);
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn it_has_the_same_operations_answers_and_fields() {
    let (newer, older) = (Spec::file("openapi.json"), Spec::file("openapi-3.0.json"));
    for (path, item) in newer["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let twin = &older["paths"][path][method];
            assert_eq!(operation["operationId"], twin["operationId"]);
            let keys = |value: &Value| {
                let map = value["responses"].as_object().unwrap();
                map.keys().cloned().collect::<Vec<_>>()
            };
            assert_eq!(keys(operation), keys(twin), "{method} {path}");
        }
    }
    for (name, schema) in newer["components"]["schemas"].as_object().unwrap() {
        let twin = &older["components"]["schemas"][name];
        assert_eq!(schema["required"], twin["required"], "{name}");
        assert_eq!(schema["enum"], twin["enum"], "{name}");
        for (field, property) in schema["properties"].as_object().into_iter().flatten() {
            let is_nullable = property["type"].is_array() || property["oneOf"].is_array();
            let twin = &twin["properties"][field];
            assert_eq!(twin["nullable"] == true, is_nullable, "{name}.{field}");
        }
    }
}

fn find(value: &Value, place: &str, wrong: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                match key.as_str() {
                    "schema" => check(place, value, wrong),
                    "example" | "examples" => {}
                    _ => find(value, &format!("{place}/{key}"), wrong),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|value| find(value, place, wrong)),
        _ => {}
    }
}

fn check(place: &str, schema: &Value, wrong: &mut Vec<String>) {
    let Some(map) = schema.as_object() else {
        return;
    };
    for key in map.keys() {
        if !KEYWORDS.contains(&key.as_str()) && !key.starts_with("x-") {
            wrong.push(format!("{place} says {key}"));
        }
    }
    if map.contains_key("$ref") && map.len() > 1 {
        wrong.push(format!("{place} has something beside its $ref"));
    }
    if schema
        .get("type")
        .is_some_and(|kind| !kind.is_string() || kind == "null")
    {
        wrong.push(format!("{place} has the type {}", schema["type"]));
    }
    if schema["nullable"] == true && !map.contains_key("type") {
        wrong.push(format!("{place} is nullable without a type"));
    }
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        check(&format!("{place}.{name}"), property, wrong);
    }
    for key in ["items", "additionalProperties"] {
        check(&format!("{place}/{key}"), &schema[key], wrong);
    }
    for key in ["allOf", "oneOf", "anyOf"] {
        for choice in schema[key].as_array().into_iter().flatten() {
            check(&format!("{place}/{key}"), choice, wrong);
        }
    }
}
