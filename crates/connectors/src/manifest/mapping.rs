//! What one value changes in the template of a stream.

use serde_json::{Map, Value};

use super::allowance::{Allowance, Exhausted, weight};
use super::references::ReferenceError;
use super::yaml;
use crate::components::resolvers::Mapping;
use crate::components::transformations::ValueType;
use crate::path::fits;
use crate::template::python::is_truthy;
use crate::template::{Context, TemplateError};

/// Changes `stream` by one mapping.
///
/// # Errors
/// What people read of a mapping that cannot be followed.
pub(super) fn apply(
    mapping: &Mapping,
    stream: &mut Value,
    context: &Context,
    allowance: &mut Allowance,
) -> Result<(), String> {
    let failed = |error: TemplateError| error.to_string();
    if let Some(condition) = &mapping.condition
        && !condition.condition(context).map_err(failed)?
    {
        return Ok(());
    }
    let value = ValueType::value_of(mapping.value_type, &mapping.value, context).map_err(failed)?;
    let value = match &value {
        Value::String(text) if mapping.reads_yaml => {
            yaml::parse(text).unwrap_or_else(|_| value.clone())
        }
        _ => value,
    };
    let path = mapping.path.iter().map(|part| part.string(context));
    let path = path.collect::<Result<Vec<_>, _>>().map_err(failed)?;
    let places = set(stream, &path, &value, allowance).map_err(too_large)?;
    if places == 0 && mapping.creates && is_truthy(&value) {
        create(stream, &path, value);
    }
    Ok(())
}

pub(super) fn too_large(_: Exhausted) -> String {
    ReferenceError::TooLarge.to_string()
}

/// Sets what is there already; how many places there were.
fn set(
    node: &mut Value,
    path: &[String],
    value: &Value,
    allowance: &mut Allowance,
) -> Result<usize, Exhausted> {
    let Some((first, rest)) = path.split_first() else {
        allowance.take(weight(value))?;
        *node = value.clone();
        return Ok(1);
    };
    allowance.take(1)?;
    let mut places = 0;
    // Any depth: what lies deeper first, so that nothing is looked for in what was just set.
    let is_deep = first == "**";
    let below = if is_deep { path } else { rest };
    match &mut *node {
        Value::Object(map) => {
            for (name, child) in map {
                if is_deep || fits(first, name) {
                    places += set(child, below, value, allowance)?;
                }
            }
        }
        Value::Array(items) => {
            for (index, child) in items.iter_mut().enumerate() {
                if is_deep || fits(first, &index.to_string()) {
                    places += set(child, below, value, allowance)?;
                }
            }
        }
        _ => {}
    }
    if is_deep {
        places += set(node, rest, value, allowance)?;
    }
    Ok(places)
}

fn create(node: &mut Value, path: &[String], value: Value) {
    let Some((first, rest)) = path.split_first() else {
        *node = value;
        return;
    };
    if let (Value::Array(items), Ok(index)) = (&mut *node, first.parse::<usize>()) {
        if let Some(item) = items.get_mut(index) {
            create(item, rest, value);
        }
        return;
    }
    if !node.is_object() {
        *node = Value::Object(Map::new());
    }
    if let Value::Object(map) = node {
        create(
            map.entry(first.as_str()).or_insert(Value::Null),
            rest,
            value,
        );
    }
}
