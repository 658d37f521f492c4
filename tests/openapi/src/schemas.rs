//! Values against schemas.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jsonschema::Validator;
use serde_json::{Map, Value, json};

/// The schemas of a document, more strictly than clients may read them: what is documented is all
/// there is, so that a field that nobody wrote down is found.
#[derive(Debug)]
pub struct Schemas {
    components: Value,
    compiled: Mutex<HashMap<String, Arc<Validator>>>,
}

impl Schemas {
    /// Of a 3.1 document.
    pub fn new(document: &Value) -> Self {
        let mut schemas = document["components"]["schemas"].clone();
        for (_, schema) in schemas.as_object_mut().into_iter().flatten() {
            close(schema);
        }
        Self {
            components: json!({ "schemas": schemas }),
            compiled: Mutex::default(),
        }
    }

    /// Everything in which a value differs from a schema of the document.
    pub fn errors(&self, schema: &Value, value: &Value) -> Vec<String> {
        let validator = match self.validator(schema) {
            Ok(validator) => validator,
            Err(error) => return vec![error],
        };
        validator
            .iter_errors(value)
            .map(|error| format!("{} at {:?}", error, error.instance_path().to_string()))
            .collect()
    }

    fn validator(&self, schema: &Value) -> Result<Arc<Validator>, String> {
        let key = schema.to_string();
        let mut compiled = self.compiled.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(validator) = compiled.get(&key) {
            return Ok(Arc::clone(validator));
        }
        let mut schema = schema.clone();
        close(&mut schema);
        // References are paths from the root of what is compiled.
        let whole = json!({ "allOf": [schema], "components": self.components });
        let validator = jsonschema::draft202012::options()
            .should_validate_formats(true)
            .build(&whole)
            .map(Arc::new)
            .map_err(|error| format!("{key} is no schema: {error}"))?;
        compiled.insert(key, Arc::clone(&validator));
        Ok(validator)
    }
}

/// Forbids what is not listed wherever fields are.
fn close(schema: &mut Value) {
    let Some(map) = schema.as_object_mut() else {
        return;
    };
    if map.contains_key("properties") && !map.contains_key("additionalProperties") {
        map.insert("additionalProperties".to_owned(), json!(false));
    }
    close_all(map, &["items", "additionalProperties", "not"]);
}

fn close_all(map: &mut Map<String, Value>, keys: &[&str]) {
    for key in keys {
        if let Some(inner) = map.get_mut(*key) {
            close(inner);
        }
    }
    let properties = map.get_mut("properties").and_then(Value::as_object_mut);
    for (_, property) in properties.into_iter().flatten() {
        close(property);
    }
    let choices = map.get_mut("oneOf").and_then(Value::as_array_mut);
    choices.into_iter().flatten().for_each(close);
}
