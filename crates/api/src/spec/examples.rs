//! Examples of every body, answer, error and path parameter.
//!
//! They are put together from the examples of the fields, so that what is documented at a field
//! shows wherever the field does, and a new operation has its examples without saying so.

use serde_json::{Map, Value, json};

use super::walk::{operations_mut, schemas, shared_statuses};
use crate::problem::ErrorCode;

const TIME: &str = "2026-01-31T12:00:00.000000Z";
const UUID: &str = "0190163d-8694-739b-aea5-966c26f8ad91";

/// Adds the examples that are not there yet.
pub fn complete(document: &mut Value) {
    let composer = Composer(schemas(document));
    for (_, _, operation) in operations_mut(document) {
        let parameters = operation
            .get_mut("parameters")
            .and_then(Value::as_array_mut);
        for parameter in parameters.into_iter().flatten() {
            if parameter["in"] == "path" && parameter.get("example").is_none() {
                let name = parameter["name"].as_str().unwrap_or_default();
                parameter["example"] = composer.parameter(name, &parameter["schema"]);
            }
        }
        if let Some(body) = operation.get_mut("requestBody") {
            composer.add_to(body);
        }
        let responses = operation["responses"].as_object_mut();
        for (_, response) in responses.into_iter().flatten() {
            composer.add_to(response);
        }
    }
    let statuses = shared_statuses(document);
    let shared = document.pointer_mut("/components/responses");
    let shared = shared.and_then(Value::as_object_mut);
    for (name, response) in shared.into_iter().flatten() {
        let status = statuses.get(name).map_or("", String::as_str);
        if let Some(content) = response.pointer_mut("/content/application~1problem+json") {
            content["examples"] = problems(status);
        }
    }
}

/// A problem document for each code of a status.
fn problems(status: &str) -> Value {
    let codes = ErrorCode::ALL
        .iter()
        .filter(|code| code.status().to_string() == status);
    let examples = codes.map(|code| {
        let errors = match code {
            ErrorCode::InvalidBody => {
                json!([{ "location": "body", "path": "/name", "message": "is required" }])
            }
            ErrorCode::InvalidQuery => {
                json!([{ "location": "query", "path": "limit", "message": "must be from 1 to 1000" }])
            }
            _ => json!([]),
        };
        let value = json!({
            "type": format!("urn:syncline:problem:{}", code.as_str()),
            "title": code.title(),
            "status": code.status(),
            "detail": code.meaning(),
            "code": code.as_str(),
            "errors": errors,
            "request_id": UUID,
        });
        let example = json!({ "summary": code.title(), "value": value });
        (code.as_str().to_owned(), example)
    });
    Value::Object(examples.collect())
}

/// Puts examples together from those of the schemas.
struct Composer(Map<String, Value>);

impl Composer {
    fn add_to(&self, holder: &mut Value) {
        let contents = holder.get_mut("content").and_then(Value::as_object_mut);
        for (_, content) in contents.into_iter().flatten() {
            if content.get("example").is_none() && content.get("examples").is_none() {
                content["example"] = self.compose("", &content["schema"]);
            }
        }
    }

    /// Of a path parameter: what a field of that name shows, or the field that it names:
    /// `model_id` is the `id` of the object that calls itself `model`.
    fn parameter(&self, name: &str, schema: &Value) -> Value {
        if schema.get("format").is_some() {
            return self.compose(name, schema);
        }
        let shown = |schema: &Value, field: &str| {
            schema
                .pointer(&format!("/properties/{field}/example"))
                .cloned()
        };
        let same = self.0.values().find_map(|schema| shown(schema, name));
        let named = || {
            let (kind, field) = name.rsplit_once('_')?;
            let own =
                |schema: &&Value| shown(schema, "object").is_some_and(|object| object == kind);
            shown(self.0.values().find(own)?, field)
        };
        same.or_else(named)
            .unwrap_or_else(|| self.compose(name, schema))
    }

    fn compose(&self, name: &str, schema: &Value) -> Value {
        if let Some(reference) = super::walk::reference(schema) {
            return match self.0.get(reference) {
                Some(schema) => self.compose(name, schema),
                None => Value::Null,
            };
        }
        if let Some(example) = schema.get("example").or_else(|| schema.get("default")) {
            return example.clone();
        }
        if let Some(first) = schema.pointer("/enum/0").or(schema.pointer("/examples/0")) {
            return first.clone();
        }
        if let Some(choice) = schema.pointer("/oneOf/0") {
            return self.compose(name, choice);
        }
        self.compose_type(name, schema)
    }

    fn compose_type(&self, name: &str, schema: &Value) -> Value {
        match schema["type"].as_str() {
            Some("object") => {
                let properties = schema["properties"].as_object().into_iter().flatten();
                let fields =
                    properties.map(|(name, property)| (name.clone(), self.compose(name, property)));
                Value::Object(fields.collect())
            }
            Some("array") => json!([self.compose(name, &schema["items"])]),
            Some("string") => match schema["format"].as_str() {
                Some("date-time") => json!(TIME),
                Some("uuid") => json!(UUID),
                _ => json!(name.replace('_', " ")),
            },
            Some("integer") => schema.get("minimum").cloned().unwrap_or(json!(0)),
            Some("number") => schema.get("minimum").cloned().unwrap_or(json!(0.5)),
            Some("boolean") => json!(false),
            // A field that may be null, and shows nothing else.
            _ => Value::Null,
        }
    }
}
