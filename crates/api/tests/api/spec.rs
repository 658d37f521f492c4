//! The OpenAPI document: committed as it is generated, complete, and true to the contract.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use syncline_api::{openapi_3_0_json, openapi_json};

const DIRECTORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../openapi");

#[test]
fn the_committed_documents_are_the_generated_ones() {
    for (name, generated) in [
        ("openapi.json", openapi_json()),
        ("openapi-3.0.json", openapi_3_0_json()),
    ] {
        let committed = std::fs::read_to_string(format!("{DIRECTORY}/{name}")).unwrap_or_default();
        assert!(
            committed == generated,
            "openapi/{name} is not what the handlers say: run `make spec`"
        );
    }
}

#[test]
fn it_names_its_version_licence_and_security() {
    let document = document();
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(document["info"]["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(
        document["info"]["license"],
        json!({ "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" })
    );
    assert_eq!(
        document["components"]["securitySchemes"]["bearer"]["scheme"],
        "bearer"
    );
    assert_eq!(document["security"], json!([{ "bearer": [] }]));
}

#[test]
fn every_operation_is_complete() {
    let document = document();
    let tags = document["tags"].as_array().unwrap();
    let mut ids = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let name = format!("{method} {path}");
            assert!(
                ids.insert(operation["operationId"].as_str().unwrap()),
                "{name}: its id is taken"
            );
            assert!(
                operation["summary"]
                    .as_str()
                    .is_some_and(|text| !text.is_empty()),
                "{name}"
            );
            let own_tags = operation["tags"].as_array().unwrap();
            assert_eq!(own_tags.len(), 1, "{name}");
            assert!(tags.iter().any(|tag| tag["name"] == own_tags[0]), "{name}");
            let responses = operation["responses"].as_object().unwrap();
            assert!(
                responses.keys().any(|status| status.starts_with('2')),
                "{name}"
            );
            for (status, response) in responses {
                let response = resolve(&document, response);
                assert!(
                    response["description"]
                        .as_str()
                        .is_some_and(|text| !text.is_empty()),
                    "{name} {status}"
                );
                if !status.starts_with('2') {
                    let schema = &response["content"]["application/problem+json"]["schema"];
                    assert_eq!(
                        schema["$ref"], "#/components/schemas/Problem",
                        "{name} {status}"
                    );
                }
            }
            let mut expected = vec!["414", "431"];
            if path.starts_with("/v2/") {
                expected.extend(["401", "406", "422", "429", "500", "503"]);
            }
            if path.contains('{') {
                expected.push("404");
            }
            if ["post", "put", "patch"].contains(&method.as_str()) {
                expected.extend(["400", "408", "413", "415"]);
            }
            for status in expected {
                assert!(responses.contains_key(status), "{name} has no {status}");
            }
            let has_key = operation["parameters"]
                .as_array()
                .into_iter()
                .flatten()
                .any(|p| p["name"] == "Idempotency-Key");
            assert_eq!(has_key, method == "post", "{name}");
            for parameter in path
                .split('{')
                .skip(1)
                .filter_map(|rest| rest.split('}').next())
            {
                let declared = operation["parameters"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .any(|p| p["name"] == parameter && p["in"] == "path");
                assert!(declared, "{name} does not declare {parameter}");
            }
        }
    }
}

#[test]
fn every_reference_leads_somewhere() {
    fn walk(document: &Value, value: &Value, count: &mut usize) {
        match value {
            Value::Object(map) => {
                if let Some(reference) = map.get("$ref").and_then(Value::as_str) {
                    *count += 1;
                    assert!(document.pointer(&reference[1..]).is_some(), "{reference}");
                }
                map.values().for_each(|value| walk(document, value, count));
            }
            Value::Array(items) => items.iter().for_each(|value| walk(document, value, count)),
            _ => {}
        }
    }
    let document = document();
    let mut count = 0;
    walk(&document, &document, &mut count);
    assert!(count > 100);
}

#[test]
fn a_sync_has_exactly_the_fields_of_the_contract() {
    let text = ["string", ""];
    let time = ["string", "date-time"];
    let nullable = |[kind, format]: [&str; 2]| json!([[kind, "null"], format]);
    let plain = |[kind, format]: [&str; 2]| json!([kind, format]);
    let expected = json!({
        "created_at": plain(time),
        "modified_at": nullable(time),
        "id": plain(text),
        "status": ["scheduled", "queued", "running", "cancelled", "failed", "pending_retry", "complete"],
        "attempt": ["integer", "int32"],
        "batch_id": nullable(["string", "uuid"]),
        "completed_at": nullable(time),
        "entity_id": nullable(text),
        "error": nullable(text),
        "file_id": nullable(text),
        "is_initial_sync": ["boolean", ""],
        "is_one_off": ["boolean", ""],
        "model_id": plain(text),
        "pagination_state": ["object", ""],
        "started_at": nullable(time),
        "timerange_end": nullable(time),
        "timerange_start": nullable(time),
        "object": plain(text),
    });
    let document = document();
    let sync = &document["components"]["schemas"]["Sync"];
    let found: serde_json::Map<String, Value> = sync["properties"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, schema)| {
            let schema = resolve(&document, schema);
            let shown = match schema.get("enum") {
                Some(names) => names.clone(),
                None => json!([
                    schema["type"],
                    schema.get("format").cloned().unwrap_or_else(|| "".into())
                ]),
            };
            (name.clone(), shown)
        })
        .collect();
    assert_eq!(Value::Object(found), expected);
    let required: BTreeSet<&str> = sync["required"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .collect();
    assert_eq!(
        required,
        expected
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect()
    );
}

#[test]
fn the_contract_is_there_to_the_letter() {
    let document = document();
    let operation = &document["paths"]["/v2/integrations/connections/{connection_id}/sync"]["post"];
    assert_eq!(operation["summary"], "Request a Sync");
    let answer = &operation["responses"]["200"];
    assert_eq!(answer["description"], "Successful Response");
    assert_eq!(
        answer["content"]["application/json"]["schema"],
        json!({ "type": "array", "items": { "$ref": "#/components/schemas/Sync" } })
    );
    assert_eq!(
        operation["requestBody"]
            .get("required")
            .unwrap_or(&json!(false)),
        &json!(false)
    );
}

#[test]
fn every_field_of_an_answer_is_required_and_none_of_an_optional_body_is_null() {
    let document = document();
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        let Some(properties) = schema["properties"].as_object() else {
            continue;
        };
        let required: BTreeSet<&str> = schema["required"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let is_body = schema["additionalProperties"] == false;
        for (field, schema) in properties {
            if is_body {
                let is_nullable = schema["type"].as_array().is_some();
                let may_be_null = name.starts_with("Update")
                    || name.starts_with("Replace")
                    || required.contains(field.as_str());
                assert!(may_be_null || !is_nullable, "{name}.{field}");
            } else {
                assert!(required.contains(field.as_str()), "{name}.{field}");
            }
            assert!(
                schema["description"].is_string() || schema["oneOf"].is_array(),
                "{name}.{field}"
            );
        }
    }
}

fn document() -> Value {
    serde_json::from_str(&openapi_json()).unwrap()
}

fn resolve<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    match value.get("$ref").and_then(Value::as_str) {
        Some(reference) => document.pointer(&reference[1..]).unwrap(),
        None => value,
    }
}

/// A merge patch has a media type of its own; generators that read the twin take one alone.
#[test]
fn a_patch_may_be_sent_under_both_of_its_media_types() {
    let media_types = |text: String, method: &str| {
        let document: Value = serde_json::from_str(&text).unwrap();
        let mut found = BTreeSet::new();
        for item in document["paths"].as_object().unwrap().values() {
            let content = item[method]["requestBody"]["content"].as_object();
            found.extend(content.map(|content| content.keys().cloned().collect::<Vec<_>>()));
        }
        found.into_iter().collect::<Vec<_>>()
    };
    let (json, merge_patch) = ("application/json", "application/merge-patch+json");
    assert_eq!(media_types(openapi_json(), "patch"), [[json, merge_patch]]);
    for method in ["post", "put"] {
        assert_eq!(media_types(openapi_json(), method), [[json]]);
    }
    for method in ["post", "put", "patch"] {
        assert_eq!(media_types(openapi_3_0_json(), method), [[json]]);
    }
}
