//! How objects are written so that generators understand them: a body takes no other fields than
//! its own, and an object without fields of its own takes any.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::walk::{json_schema, operations, reference};

/// Enums that grow: a client should take a value that it does not know for one of a kind.
const EXTENSIBLE: [&str; 1] = ["ErrorCode"];

/// Closes the bodies, and opens what is free-form.
pub fn complete(document: &mut Value) {
    let bodies: BTreeSet<String> = operations(document)
        .filter_map(|place| reference(json_schema(place.operation.get("requestBody")?)?))
        .map(str::to_owned)
        .collect();
    let schemas = document
        .pointer_mut("/components/schemas")
        .and_then(Value::as_object_mut);
    for (name, schema) in schemas.into_iter().flatten() {
        if bodies.contains(name) && schema.get("additionalProperties").is_none() {
            schema["additionalProperties"] = json!(false);
        }
        if EXTENSIBLE.contains(&name.as_str()) {
            schema["x-extensible"] = json!(true);
        }
        open(schema);
    }
}

/// Without this, some generators take `type: object` for an object that is always empty.
fn open(schema: &mut Value) {
    if is_object(schema)
        && schema.get("properties").is_none()
        && schema.get("additionalProperties").is_none()
    {
        schema["additionalProperties"] = json!(true);
    }
    let properties = schema.get_mut("properties").and_then(Value::as_object_mut);
    for (_, property) in properties.into_iter().flatten() {
        open(property);
    }
    if let Some(items) = schema.get_mut("items") {
        open(items);
    }
}

fn is_object(schema: &Value) -> bool {
    match &schema["type"] {
        Value::String(name) => name == "object",
        Value::Array(names) => names.contains(&json!("object")),
        _ => false,
    }
}
