//! Every example is what its schema says, and every operation has them.

use serde_json::{Value, json};
use syncline_openapi_checks::{Schemas, Spec};

/// Walks a document and collects what is wrong with its examples.
struct Walk<'a> {
    schemas: &'a Schemas,
    count: usize,
    wrong: Vec<String>,
}

impl Walk<'_> {
    fn check(&mut self, place: &str, schema: &Value, example: &Value) {
        self.count += 1;
        for error in self.schemas.errors(schema, example) {
            self.wrong.push(format!("{place}: {error}"));
        }
    }

    /// Media types, parameters and headers have a schema, and an example or several.
    fn holder(&mut self, place: &str, holder: &Value) {
        if let Some(example) = holder.get("example") {
            self.check(place, &holder["schema"], example);
        }
        for (name, example) in holder["examples"].as_object().into_iter().flatten() {
            self.check(
                &format!("{place} {name}"),
                &holder["schema"],
                &example["value"],
            );
        }
    }

    /// A schema's own examples and those of its fields.
    fn schema(&mut self, place: &str, schema: &Value) {
        if let Some(example) = schema.get("example") {
            self.check(place, schema, example);
        }
        for example in schema["examples"].as_array().into_iter().flatten() {
            self.check(place, schema, example);
        }
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            self.schema(&format!("{place}.{name}"), property);
        }
    }
}

#[test]
fn every_example_fits_its_schema() {
    let document = Spec::file("openapi.json");
    let schemas = Schemas::new(&document);
    let mut walk = Walk {
        schemas: &schemas,
        count: 0,
        wrong: Vec::new(),
    };
    let components = &document["components"];
    for (name, schema) in components["schemas"].as_object().unwrap() {
        walk.schema(name, schema);
    }
    for (name, response) in components["responses"].as_object().unwrap() {
        contents(response).for_each(|content| walk.holder(name, content));
    }
    for (name, operation) in operations(&document) {
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            walk.holder(&format!("{name} {}", parameter["name"]), parameter);
        }
        contents(&operation["requestBody"]).for_each(|content| walk.holder(&name, content));
        for (status, response) in operation["responses"].as_object().unwrap() {
            let place = format!("{name} {status}");
            contents(response).for_each(|content| walk.holder(&place, content));
        }
    }
    assert_eq!(walk.wrong, Vec::<String>::new());
    assert!(walk.count > 150, "only {} examples", walk.count);
}

#[test]
fn every_body_answer_and_path_parameter_has_an_example() {
    let document = Spec::file("openapi.json");
    let mut without = Vec::new();
    for (name, operation) in operations(&document) {
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            if parameter["in"] == "path" && parameter.get("example").is_none() {
                without.push(format!("{name} {}", parameter["name"]));
            }
        }
        let responses = operation["responses"].as_object().unwrap().values();
        for holder in responses.chain([&operation["requestBody"]]) {
            let holder = match holder["$ref"].as_str() {
                Some(reference) => document.pointer(&reference[1..]).unwrap(),
                None => holder,
            };
            if contents(holder).any(|content| {
                let several = content["examples"].as_object();
                content.get("example").is_none() && several.is_none_or(|map| map.is_empty())
            }) {
                without.push(format!("{name} {holder}"));
            }
        }
    }
    assert_eq!(without, Vec::<String>::new());
}

#[test]
fn an_example_with_a_wrong_or_an_unknown_field_is_found() {
    let document = json!({ "components": { "schemas": { "It": {
        "type": "object",
        "required": ["id"],
        "properties": { "id": { "type": "string" }, "at": { "type": ["string", "null"], "format": "date-time" } },
    } } } });
    let schemas = Schemas::new(&document);
    let it = json!({ "$ref": "#/components/schemas/It" });
    for (value, is_right) in [
        (json!({ "id": "a", "at": null }), true),
        (json!({ "id": "a", "at": "2026-01-31T12:00:00Z" }), true),
        (json!({ "id": "a", "at": "yesterday" }), false),
        (json!({ "id": 1 }), false),
        (json!({}), false),
        (json!({ "id": "a", "more": 1 }), false),
    ] {
        assert_eq!(schemas.errors(&it, &value).is_empty(), is_right, "{value}");
        let list = json!({ "type": "array", "items": it });
        assert_eq!(schemas.errors(&list, &json!([value])).is_empty(), is_right);
    }
}

fn operations(document: &Value) -> impl Iterator<Item = (String, &Value)> {
    let paths = document["paths"].as_object().unwrap();
    paths.iter().flat_map(|(path, item)| {
        let methods = item.as_object().unwrap();
        methods
            .iter()
            .map(move |(method, operation)| (format!("{method} {path}"), operation))
    })
}

fn contents(holder: &Value) -> impl Iterator<Item = &Value> {
    holder["content"]
        .as_object()
        .into_iter()
        .flat_map(|map| map.values())
}
