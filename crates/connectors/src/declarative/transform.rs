//! Changes records as the manifest says, and filters them.

use serde_json::{Map, Value};

use crate::components::transformations::{AddedField, Transformation, ValueType};
use crate::template::{Context, Template, TemplateError};

/// What is done to each record of a stream that needs it.
pub(super) struct Transform<'s> {
    pub(super) transformations: &'s [Transformation],
    pub(super) filter: Option<&'s Template>,
    pub(super) transform_before_filtering: bool,
}

impl Transform<'_> {
    /// The changed record, or `None` when the filter leaves it out.
    pub(super) fn apply(
        &self,
        mut record: Value,
        context: &Context,
    ) -> Result<Option<Value>, TemplateError> {
        if self.transform_before_filtering {
            self.change(&mut record, context)?;
        }
        if let Some(filter) = self.filter
            && !filter.condition(&context.clone().with("record", &record))?
        {
            return Ok(None);
        }
        if !self.transform_before_filtering {
            self.change(&mut record, context)?;
        }
        Ok(Some(record))
    }

    fn change(&self, record: &mut Value, context: &Context) -> Result<(), TemplateError> {
        for transformation in self.transformations {
            match transformation {
                Transformation::Add { fields, condition } => {
                    for field in fields {
                        add(record, field, condition.as_ref(), context)?;
                    }
                }
                Transformation::Remove {
                    pointers,
                    condition,
                } => {
                    for pointer in pointers {
                        remove(record, pointer, condition.as_ref(), context)?;
                    }
                }
            }
        }
        Ok(())
    }
}

fn add(
    record: &mut Value,
    field: &AddedField,
    condition: Option<&Template>,
    context: &Context,
) -> Result<(), TemplateError> {
    // A constant needs no look at the record.
    let context = if field.value.is_constant() && condition.is_none() {
        context.clone()
    } else {
        context.clone().with("record", record)
    };
    let value = field.value.string_value(&context)?;
    let value = match field.value_type {
        Some(wanted) if !is_of(&value, wanted) => field.value.text(&context)?.into(),
        _ => value,
    };
    if let Some(condition) = condition {
        let path = Value::from(field.path.clone());
        if !condition.condition(&context.with("value", &value).with("path", &path))? {
            return Ok(());
        }
    }
    put(record, &field.path, value);
    Ok(())
}

fn is_of(value: &Value, wanted: ValueType) -> bool {
    match wanted {
        ValueType::String => value.is_string(),
        ValueType::Number => value.is_f64(),
        // In Python, a truth value is an integer.
        ValueType::Integer => value.is_i64() || value.is_u64() || value.is_boolean(),
        ValueType::Boolean => value.is_boolean(),
    }
}

fn put(node: &mut Value, path: &[String], value: Value) {
    let Some((first, rest)) = path.split_first() else {
        *node = value;
        return;
    };
    if let (Value::Array(items), Ok(index)) = (&mut *node, first.parse::<usize>()) {
        if let Some(item) = items.get_mut(index) {
            put(item, rest, value);
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

fn remove(
    node: &mut Value,
    pointer: &[String],
    condition: Option<&Template>,
    context: &Context,
) -> Result<(), TemplateError> {
    let Some((first, rest)) = pointer.split_first() else {
        return Ok(());
    };
    let fits = |value: &Value| match condition {
        None => Ok(true),
        Some(condition) => condition.condition(&context.clone().with("property", value)),
    };
    if first == "**" {
        remove(node, rest, condition, context)?;
        let below: Vec<&mut Value> = match node {
            Value::Object(map) => map.values_mut().collect(),
            Value::Array(items) => items.iter_mut().collect(),
            _ => Vec::new(),
        };
        return below
            .into_iter()
            .try_for_each(|child| remove(child, pointer, condition, context));
    }
    match node {
        Value::Object(map) if rest.is_empty() => {
            let names: Vec<String> = map
                .keys()
                .filter(|key| first == "*" || *key == first)
                .cloned()
                .collect();
            for name in names {
                if map.get(&name).map(&fits).transpose()? == Some(true) {
                    map.shift_remove(&name);
                }
            }
        }
        Value::Object(map) => {
            let below = map
                .iter_mut()
                .filter(|(key, _)| first == "*" || *key == first);
            for (_, child) in below {
                remove(child, rest, condition, context)?;
            }
        }
        Value::Array(items) => {
            let index: Option<usize> = first.parse().ok();
            if rest.is_empty() {
                if let Some(index) = index.filter(|index| *index < items.len())
                    && fits(&items[index])?
                {
                    items.remove(index);
                }
                return Ok(());
            }
            for (at, child) in items.iter_mut().enumerate() {
                if first == "*" || index == Some(at) {
                    remove(child, rest, condition, context)?;
                }
            }
        }
        _ => {}
    }
    Ok(())
}
