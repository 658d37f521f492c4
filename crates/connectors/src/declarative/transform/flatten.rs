//! Brings what lies deeper to the top.

use serde_json::{Map, Value};

use crate::components::globs::Segment;
use crate::components::transformations::FlattenAt;
use crate::template::{Context, Template, TemplateError};

/// Everything. A name that is taken gets its parent's before it, and so do all names once a list
/// was met.
pub(super) fn all(record: &mut Value, lists: bool) {
    let mut flat = Map::new();
    let mut names_parents = false;
    let mut open = vec![(record.take(), "_".to_owned())];
    while let Some((value, parent)) = open.pop() {
        match value {
            Value::Object(fields) => {
                for (name, value) in fields {
                    let is_taken = names_parents || flat.contains_key(&name);
                    let name = if is_taken {
                        format!("{parent}.{name}")
                    } else {
                        name
                    };
                    open.push((value, name));
                }
            }
            Value::Array(items) if lists => {
                names_parents |= !items.is_empty();
                for (index, item) in items.into_iter().enumerate() {
                    open.push((item, format!("{parent}.{index}")));
                }
            }
            plain => {
                flat.insert(parent, plain);
            }
        }
    }
    *record = Value::Object(flat);
}

/// The fields of one object, unless one of their names is taken.
pub(super) fn at(
    record: &mut Value,
    what: &FlattenAt,
    context: &Context,
) -> Result<(), TemplateError> {
    let path: Vec<Segment> = what
        .path
        .iter()
        .map(|part| Ok(Segment::new(part.string(context)?)))
        .collect::<Result<_, TemplateError>>()?;
    let Some(Value::Object(found)) = first(record, &path) else {
        return Ok(());
    };
    let text = |template: &Option<Template>| match template {
        None => Ok(String::new()),
        Some(template) => template.string(context),
    };
    let (prefix, suffix) = (text(&what.prefix)?, text(&what.suffix)?);
    let found: Map<String, Value> = found
        .iter()
        .map(|(name, value)| (format!("{prefix}{name}{suffix}"), value.clone()))
        .collect();
    if what.replaces_record && !found.is_empty() {
        *record = Value::Object(found);
        return Ok(());
    }
    let is_taken = |name: &String| record.get(name).is_some();
    if found.keys().any(is_taken) {
        return Ok(());
    }
    if what.deletes_origin {
        super::remove::matching(record, &path);
    }
    if let Value::Object(map) = record {
        map.extend(found);
    }
    Ok(())
}

/// The first value that a path leads to.
fn first<'v>(node: &'v Value, path: &[Segment]) -> Option<&'v Value> {
    let Some((step, rest)) = path.split_first() else {
        return Some(node);
    };
    match node {
        Value::Object(map) => map
            .iter()
            .filter(|(name, _)| step.fits(name))
            .find_map(|(_, child)| first(child, rest)),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .filter(|(index, _)| step.fits(&index.to_string()))
            .find_map(|(_, child)| first(child, rest)),
        _ => None,
    }
}
