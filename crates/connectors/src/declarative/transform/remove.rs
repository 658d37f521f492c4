//! Removes fields.

use serde_json::Value;

use crate::components::globs::Segment;
use crate::template::{Context, Template, TemplateError};

/// Removes what a path with patterns leads to.
pub(crate) fn matching(node: &mut Value, path: &[Segment]) {
    let Some((first, rest)) = path.split_first() else {
        return;
    };
    if matches!(first, Segment::AnyDepth) {
        if rest.is_empty() {
            clear(node);
            return;
        }
        matching(node, rest);
        children(node).for_each(|(_, child)| matching(child, path));
    } else if rest.is_empty() {
        remove_where(node, |name, _| Ok::<_, ()>(first.fits(name))).unwrap_or(());
    } else {
        children(node)
            .filter(|(name, _)| first.fits(name))
            .for_each(|(_, child)| matching(child, rest));
    }
}

/// Removes every plain value, at any depth, for which the condition is true.
pub(super) fn leaves(
    node: &mut Value,
    condition: &Template,
    context: &Context,
) -> Result<(), TemplateError> {
    for (_, child) in children(node) {
        leaves(child, condition, context)?;
    }
    remove_where(node, |_, value| {
        Ok(!value.is_object()
            && !value.is_array()
            && condition.condition(&context.clone().with("property", value))?)
    })
}

fn clear(node: &mut Value) {
    match node {
        Value::Object(map) => map.clear(),
        Value::Array(items) => items.clear(),
        _ => {}
    }
}

fn children(node: &mut Value) -> Box<dyn Iterator<Item = (String, &mut Value)> + '_> {
    match node {
        Value::Object(map) => Box::new(map.iter_mut().map(|(name, child)| (name.clone(), child))),
        Value::Array(items) => Box::new(
            items
                .iter_mut()
                .enumerate()
                .map(|(index, child)| (index.to_string(), child)),
        ),
        _ => Box::new(std::iter::empty()),
    }
}

/// In a list only the last item goes; the others become null, so that the rest keep their places.
fn remove_where<E>(
    node: &mut Value,
    mut fits: impl FnMut(&str, &Value) -> Result<bool, E>,
) -> Result<(), E> {
    match node {
        Value::Object(map) => {
            let mut names = Vec::new();
            for (name, value) in map.iter() {
                if fits(name, value)? {
                    names.push(name.clone());
                }
            }
            for name in names {
                map.shift_remove(&name);
            }
        }
        Value::Array(items) => {
            let mut index = 0;
            while index < items.len() {
                if fits(&index.to_string(), &items[index])? {
                    if index + 1 == items.len() {
                        items.pop();
                    } else {
                        items[index] = Value::Null;
                    }
                }
                index += 1;
            }
        }
        _ => {}
    }
    Ok(())
}
