//! The document in OpenAPI 3.0.3, by rules that know nothing of what it says.
//!
//! | 3.1 | 3.0.3 |
//! |---|---|
//! | `type: [string, "null"]` | `type: string`, `nullable: true` |
//! | `oneOf: [$ref, {type: "null"}]` | `allOf: [$ref]`, its `type`, `nullable: true` |
//! | `$ref` with a description beside it | `allOf: [$ref]` with the description |
//! | `const` | `enum` of one |
//! | `examples` of a schema | `example`: the first |
//! | `exclusiveMinimum: 0` | `minimum: 0`, `exclusiveMinimum: true` |
//! | `license.identifier` | `license.url` |
//! | a request body in several media types | `application/json` alone |
//!
//! The last row is no rule of 3.0.3: generators that still need it take one media type, and the
//! server takes `application/json` wherever it takes a body.

use serde_json::{Map, Value, json};

const JSON: &str = "application/json";

/// Where the texts of all licences are that an identifier can name.
const LICENCES: &str = "https://spdx.org/licenses/";

/// The twin of a 3.1 document.
pub fn of(mut document: Value) -> Value {
    document["openapi"] = json!("3.0.3");
    let license = document.pointer_mut("/info/license");
    if let Some(license) = license.and_then(Value::as_object_mut)
        && license.remove("identifier").is_some()
    {
        license.insert("url".to_owned(), json!(LICENCES));
    }
    let kinds = super::walk::schemas(&document)
        .into_iter()
        .filter_map(|(name, schema)| Some((name, schema.get("type")?.clone())))
        .collect();
    let converter = Converter { kinds };
    let schemas = document
        .pointer_mut("/components/schemas")
        .and_then(Value::as_object_mut);
    for (_, schema) in schemas.into_iter().flatten() {
        converter.convert(schema);
    }
    converter.find_schemas(&mut document);
    for (_, _, operation) in super::walk::operations_mut(&mut document) {
        let content = operation.pointer_mut("/requestBody/content");
        if let Some(content) = content.and_then(Value::as_object_mut)
            && content.contains_key(JSON)
        {
            content.retain(|media_type, _| media_type == JSON);
        }
    }
    document
}

struct Converter {
    /// The `type` of each named schema: `nullable` counts only beside one.
    kinds: Map<String, Value>,
}

impl Converter {
    /// Converts what stands under a key `schema`, outside of examples, which are only values.
    fn find_schemas(&self, value: &mut Value) {
        match value {
            Value::Object(map) => {
                for (key, value) in map {
                    match key.as_str() {
                        "schema" => self.convert(value),
                        // The components' are converted already.
                        "schemas" | "example" | "examples" => {}
                        _ => self.find_schemas(value),
                    }
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.find_schemas(item)),
            _ => {}
        }
    }

    fn convert(&self, schema: &mut Value) {
        let Some(map) = schema.as_object_mut() else {
            return;
        };
        for key in ["items", "additionalProperties", "not"] {
            if let Some(inner) = map.get_mut(key) {
                self.convert(inner);
            }
        }
        let properties = map.get_mut("properties").and_then(Value::as_object_mut);
        for (_, property) in properties.into_iter().flatten() {
            self.convert(property);
        }
        for key in ["allOf", "oneOf", "anyOf"] {
            self.drop_null(map, key);
            let choices = map.get_mut(key).and_then(Value::as_array_mut);
            for choice in choices.into_iter().flatten() {
                self.convert(choice);
            }
        }
        convert_type(map);
        convert_values(map);
        wrap_reference(map);
    }

    /// A choice of one thing or null becomes that thing, nullable.
    fn drop_null(&self, map: &mut Map<String, Value>, key: &str) {
        let null = json!({ "type": "null" });
        let Some(choices) = map.get_mut(key).and_then(Value::as_array_mut) else {
            return;
        };
        let all = choices.len();
        choices.retain(|choice| *choice != null);
        if choices.len() == all {
            return;
        }
        map.insert("nullable".to_owned(), json!(true));
        let only = match map[key].as_array().map(Vec::as_slice) {
            Some([only]) => only.clone(),
            _ => return,
        };
        map.remove(key);
        let Value::Object(mut only) = only else {
            return;
        };
        match only.remove("$ref") {
            Some(reference) => {
                let name = reference.as_str().and_then(|text| text.rsplit('/').next());
                if let Some(kind) = name.and_then(|name| self.kinds.get(name)) {
                    map.insert("type".to_owned(), kind.clone());
                }
                map.insert("allOf".to_owned(), json!([{ "$ref": reference }]));
                map.extend(only);
            }
            None => map.extend(only),
        }
    }
}

fn convert_type(map: &mut Map<String, Value>) {
    let Some(Value::Array(types)) = map.get("type").cloned() else {
        return;
    };
    let others: Vec<&Value> = types.iter().filter(|kind| **kind != "null").collect();
    if others.len() < types.len() {
        map.insert("nullable".to_owned(), json!(true));
    }
    match others.as_slice() {
        [only] => {
            map.insert("type".to_owned(), (*only).clone());
        }
        several => {
            let choices: Vec<Value> = several.iter().map(|kind| json!({ "type": kind })).collect();
            map.remove("type");
            map.insert("anyOf".to_owned(), json!(choices));
        }
    }
}

fn convert_values(map: &mut Map<String, Value>) {
    if let Some(value) = map.remove("const") {
        map.insert("enum".to_owned(), json!([value]));
    }
    if let Some(Value::Array(examples)) = map.get("examples").cloned() {
        map.remove("examples");
        if let Some(first) = examples.into_iter().next() {
            map.entry("example").or_insert(first);
        }
    }
    for (exclusive, bound) in [
        ("exclusiveMinimum", "minimum"),
        ("exclusiveMaximum", "maximum"),
    ] {
        if let Some(limit) = map
            .get(exclusive)
            .filter(|limit| limit.is_number())
            .cloned()
        {
            map.insert(bound.to_owned(), limit);
            map.insert(exclusive.to_owned(), json!(true));
        }
    }
}

/// In 3.0 nothing may stand beside a reference.
fn wrap_reference(map: &mut Map<String, Value>) {
    if map.len() > 1
        && let Some(reference) = map.remove("$ref")
    {
        map.insert("allOf".to_owned(), json!([{ "$ref": reference }]));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::of;

    fn converted(schema: Value) -> Value {
        let schemas = json!({ "It": schema, "Other": { "type": "string" } });
        let document = json!({ "openapi": "3.1.0", "components": { "schemas": schemas } });
        of(document)["components"]["schemas"]["It"].clone()
    }

    #[test]
    fn each_rule_holds_wherever_a_schema_stands() {
        let reference = json!({ "$ref": "#/components/schemas/Other" });
        for (newer, older) in [
            (
                json!({ "type": ["string", "null"], "format": "uuid" }),
                json!({ "type": "string", "format": "uuid", "nullable": true }),
            ),
            (
                json!({ "type": ["string", "integer"] }),
                json!({ "anyOf": [{ "type": "string" }, { "type": "integer" }] }),
            ),
            (
                json!({ "oneOf": [{ "$ref": "#/components/schemas/Other", "description": "D" }, { "type": "null" }] }),
                json!({ "nullable": true, "type": "string", "allOf": [reference], "description": "D" }),
            ),
            (
                json!({ "$ref": "#/components/schemas/Other", "description": "D" }),
                json!({ "description": "D", "allOf": [reference] }),
            ),
            (reference.clone(), reference.clone()),
            (json!({ "const": "a" }), json!({ "enum": ["a"] })),
            (
                json!({ "type": "string", "examples": ["a", "b"] }),
                json!({ "type": "string", "example": "a" }),
            ),
            (
                json!({ "type": "integer", "exclusiveMinimum": 0 }),
                json!({ "type": "integer", "exclusiveMinimum": true, "minimum": 0 }),
            ),
            (
                json!({ "type": "object", "properties": { "examples": { "type": ["string", "null"] } } }),
                json!({ "type": "object", "properties": { "examples": { "type": "string", "nullable": true } } }),
            ),
            (
                json!({ "type": "array", "items": { "type": ["array", "null"], "items": { "const": 1 } } }),
                json!({ "type": "array", "items": { "type": "array", "nullable": true, "items": { "enum": [1] } } }),
            ),
        ] {
            assert_eq!(converted(newer.clone()), older, "{newer}");
        }
    }

    #[test]
    fn schemas_of_parameters_are_converted_and_examples_left_alone() {
        let example = json!({ "type": ["string", "null"], "schema": { "const": 1 } });
        let document = json!({
            "openapi": "3.1.0",
            "info": { "license": { "name": "MIT", "identifier": "MIT" } },
            "paths": { "/": { "get": {
                "parameters": [{ "name": "q", "in": "query", "schema": { "type": ["integer", "null"] } }],
                "responses": { "200": { "content": { "application/json": { "example": example } } } },
            } } },
        });
        let twin = of(document);
        assert_eq!(twin["openapi"], "3.0.3");
        assert_eq!(
            twin["info"]["license"],
            json!({ "name": "MIT", "url": super::LICENCES })
        );
        let get = &twin["paths"]["/"]["get"];
        assert_eq!(
            get["parameters"][0]["schema"],
            json!({ "type": "integer", "nullable": true })
        );
        assert_eq!(
            get["responses"]["200"]["content"]["application/json"]["example"],
            example
        );
    }
}
