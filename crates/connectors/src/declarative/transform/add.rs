//! Adds fields.

use serde_json::{Map, Value};

use crate::components::transformations::{AddedField, ValueType};
use crate::template::{Context, Template, TemplateError};

/// No list is filled up to a higher index.
const MAX_INDEX: usize = 10_000;

/// Adds a field to a record or a configuration; `see` makes it visible to a template.
pub(crate) fn add(
    target: &mut Value,
    field: &AddedField,
    condition: Option<&Template>,
    see: impl Fn(&Template, &Value) -> Context,
) -> Result<(), TemplateError> {
    let value = match field.value.printed(target) {
        Some(text) => ValueType::value_of_text(field.value_type, text),
        None => ValueType::value_of(field.value_type, &field.value, &see(&field.value, target))?,
    };
    if let Some(condition) = condition {
        let path = Value::from(field.path.clone());
        let context = see(condition, target);
        if !condition.condition(&context.with("value", &value).with("path", &path))? {
            return Ok(());
        }
    }
    put(target, &field.path, value);
    Ok(())
}

/// Puts a value at a path, and makes what is missing on the way: a list for an index.
fn put(node: &mut Value, path: &[String], value: Value) {
    let Some((first, rest)) = path.split_first() else {
        *node = value;
        return;
    };
    let index = first.parse::<usize>().ok().filter(|at| *at <= MAX_INDEX);
    if node.is_null() && index.is_some() {
        *node = Value::Array(Vec::new());
    }
    if let Value::Array(items) = node {
        if let Some(index) = index {
            if items.len() <= index {
                items.resize(index + 1, Value::Null);
            }
            put(&mut items[index], rest, value);
        }
        return;
    }
    if !node.is_object() {
        *node = Value::Object(Map::new());
    }
    if let Value::Object(map) = node {
        put(
            map.entry(first.as_str()).or_insert(Value::Null),
            rest,
            value,
        );
    }
}
