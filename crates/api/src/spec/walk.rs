//! Ways through a document that is already JSON.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

const METHODS: [&str; 5] = ["get", "put", "post", "delete", "patch"];

/// An operation and where it stands.
pub struct Place<'a> {
    /// As the document writes it: `/v2/…/{connection_id}`.
    pub path: &'a str,
    /// In small letters.
    pub method: &'a str,
    /// The operation itself.
    pub operation: &'a Value,
}

/// Every operation, in the order of the document.
pub fn operations(document: &Value) -> impl Iterator<Item = Place<'_>> {
    let paths = document["paths"].as_object().into_iter().flatten();
    paths.flat_map(|(path, item)| {
        METHODS.into_iter().filter_map(move |method| {
            let operation = item.get(method)?;
            Some(Place {
                path,
                method,
                operation,
            })
        })
    })
}

/// Every operation with its path and method, to be changed.
pub fn operations_mut(document: &mut Value) -> impl Iterator<Item = (&str, &str, &mut Value)> {
    let paths = document["paths"].as_object_mut().into_iter().flatten();
    paths.flat_map(|(path, item)| {
        let methods = item.as_object_mut().into_iter().flatten();
        methods
            .filter(|(method, _)| METHODS.contains(&method.as_str()))
            .map(|(method, operation)| (path.as_str(), method.as_str(), operation))
    })
}

/// The schemas under `components`; empty when there are none.
pub fn schemas(document: &Value) -> Map<String, Value> {
    let schemas = document.pointer("/components/schemas");
    schemas
        .and_then(Value::as_object)
        .cloned()
        .unwrap_or_default()
}

/// The name that `$ref` gives, if this is a reference to a component.
pub fn reference(value: &Value) -> Option<&str> {
    value.get("$ref")?.as_str()?.rsplit('/').next()
}

/// The schema of a JSON body or answer.
pub fn json_schema(holder: &Value) -> Option<&Value> {
    holder.pointer("/content/application~1json/schema")
}

/// The status with which each shared answer is given, by the answer's name.
pub fn shared_statuses(document: &Value) -> BTreeMap<String, String> {
    let mut statuses = BTreeMap::new();
    for place in operations(document) {
        let responses = place.operation["responses"].as_object();
        for (status, response) in responses.into_iter().flatten() {
            if let Some(name) = reference(response) {
                statuses.insert(name.to_owned(), status.clone());
            }
        }
    }
    statuses
}
