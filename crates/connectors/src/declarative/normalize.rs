//! Makes the values of a record what its schema says, as far as Python's own conversions do.

use serde_json::{Number, Value};

use crate::template::python;

/// Converts what the schema describes, at any depth; what cannot be converted stays.
pub(super) fn normalize(record: &mut Value, schema: &Value) {
    descend(record, schema, schema, 0);
}

/// Deeper schemas refer to themselves.
const DEEPEST: usize = 64;

fn descend(value: &mut Value, schema: &Value, root: &Value, depth: usize) {
    if depth > DEEPEST {
        return;
    }
    if let Some(target) = reference(schema, root) {
        descend(value, target, root, depth + 1);
        return;
    }
    if let (Some(properties), Value::Object(map)) = (
        schema.get("properties").and_then(Value::as_object),
        &mut *value,
    ) {
        for (name, schema) in properties {
            if let Some(value) = map.get_mut(name) {
                convert(value, schema);
                descend(value, schema, root, depth + 1);
            }
        }
    }
    if let (Some(schema @ Value::Object(_)), Value::Array(items)) =
        (schema.get("items"), &mut *value)
    {
        for item in items {
            convert(item, schema);
            descend(item, schema, root, depth + 1);
        }
    }
}

fn reference<'s>(schema: &Value, root: &'s Value) -> Option<&'s Value> {
    let pointer = schema.get("$ref")?.as_str()?.strip_prefix('#')?;
    root.pointer(pointer)
}

/// One value, to the only type beside null that the schema allows.
fn convert(value: &mut Value, schema: &Value) {
    let types: Vec<&str> = match schema.get("type") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(types)) => types.iter().filter_map(Value::as_str).collect(),
        _ => return,
    };
    if value.is_null() && types.contains(&"null") {
        return;
    }
    // A single type may be null itself, a list is taken without it.
    let is_list = schema.get("type").is_some_and(Value::is_array);
    let mut types = types.into_iter().filter(|name| !is_list || *name != "null");
    let (Some(target), None) = (types.next(), types.next()) else {
        return;
    };
    let converted = match target {
        "string" => Some(Value::from(python::str(value))),
        "number" => number(value),
        "integer" => integer(value),
        "boolean" => boolean(value),
        "array" if is_simple(value) && takes_simple(schema) => {
            Some(Value::Array(vec![value.clone()]))
        }
        _ => None,
    };
    if let Some(converted) = converted {
        *value = converted;
    }
}

fn number(value: &Value) -> Option<Value> {
    let number = match value {
        Value::Bool(flag) => f64::from(u8::from(*flag)),
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => text.trim().replace('_', "").parse().ok()?,
        _ => return None,
    };
    Number::from_f64(number).map(Value::Number)
}

fn integer(value: &Value) -> Option<Value> {
    match value {
        Value::Bool(flag) => Some(Value::from(i64::from(*flag))),
        Value::Number(number) if number.is_f64() => {
            let whole = number.as_f64()?.trunc();
            let fits = whole.abs() < 9.0e15;
            #[expect(clippy::cast_possible_truncation, reason = "it is whole and fits")]
            fits.then(|| Value::from(whole as i64))
        }
        Value::String(text) => text
            .trim()
            .replace('_', "")
            .parse::<i64>()
            .ok()
            .map(Value::from),
        _ => None,
    }
}

fn boolean(value: &Value) -> Option<Value> {
    match value {
        Value::String(text) => match text.to_lowercase().as_str() {
            "y" | "yes" | "t" | "true" | "on" | "1" => Some(true.into()),
            "n" | "no" | "f" | "false" | "off" | "0" => Some(false.into()),
            _ => None,
        },
        other => Some(python::is_truthy(other).into()),
    }
}

fn is_simple(value: &Value) -> bool {
    !value.is_array() && !value.is_object()
}

fn takes_simple(schema: &Value) -> bool {
    match schema.pointer("/items/type") {
        None => true,
        Some(Value::Array(types)) => types.iter().all(|name| {
            matches!(
                name.as_str(),
                Some("string" | "number" | "integer" | "boolean" | "null")
            )
        }),
        Some(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_become_what_the_schema_says() {
        let schema = json!({
            "definitions": {"deep": {"type": "object", "properties": {"n": {"type": ["null", "integer"]}}}},
            "properties": {
                "s": {"type": ["null", "string"]}, "s0": {"type": "string"}, "n": {"type": "number"},
                "i": {"type": "integer"}, "b": {"type": "boolean"}, "l": {"type": "array"},
                "l2": {"type": "array", "items": {"type": ["string"]}}, "l3": {"type": "array", "items": {"type": "string"}},
                "m": {"type": ["string", "integer"]}, "d": {"$ref": "#/definitions/deep"},
                "deep": {"type": "array", "items": {"properties": {"x": {"type": "string"}}}}, "o": {},
            }
        });
        for (given, expected) in [
            (
                json!({"s": null, "s0": null}),
                json!({"s": null, "s0": "None"}),
            ),
            (
                json!({"s": 1, "s0": {"a": true}}),
                json!({"s": "1", "s0": "{'a': True}"}),
            ),
            (
                json!({"n": "1.5", "i": "12", "b": "Yes"}),
                json!({"n": 1.5, "i": 12, "b": true}),
            ),
            (
                json!({"n": 1, "i": 12.7, "b": 0}),
                json!({"n": 1.0, "i": 12, "b": false}),
            ),
            (
                json!({"n": "x", "i": "12.5", "b": "maybe"}),
                json!({"n": "x", "i": "12.5", "b": "maybe"}),
            ),
            (
                json!({"n": true, "i": true, "b": null}),
                json!({"n": 1.0, "i": 1, "b": false}),
            ),
            (
                json!({"l": 1, "l2": "a", "l3": "a"}),
                json!({"l": [1], "l2": ["a"], "l3": "a"}),
            ),
            (
                json!({"m": 1, "o": 1, "x": 1}),
                json!({"m": 1, "o": 1, "x": 1}),
            ),
            (
                json!({"d": {"n": "5"}, "deep": [{"x": 1}]}),
                json!({"d": {"n": 5}, "deep": [{"x": "1"}]}),
            ),
        ] {
            let mut record = given.clone();
            normalize(&mut record, &schema);
            assert_eq!(record, expected, "{given}");
        }
    }
}
