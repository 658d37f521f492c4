//! Resolves `$ref` and texts that begin with `#/`.

use serde_json::{Map, Value};

use super::allowance::{Allowance, Exhausted, weight, weight_of_text};

/// No resolved node may be nested deeper.
pub(super) const MAX_DEPTH: usize = 200;

/// A reference that leads nowhere, or to itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReferenceError {
    /// Nothing is there.
    #[error("the reference `{0}` leads nowhere")]
    Undefined(String),
    /// It contains itself.
    #[error("the reference `{0}` contains itself")]
    Circular(String),
    /// References or parameters multiply beyond reason.
    #[error(
        "references and parameters make the manifest too large, or nest it deeper than {MAX_DEPTH} levels"
    )]
    TooLarge,
}

impl From<Exhausted> for ReferenceError {
    fn from(_: Exhausted) -> Self {
        Self::TooLarge
    }
}

/// A copy of `node` with every reference into `root` replaced by what it refers to. Keys beside
/// a `$ref` win over the keys that it brings.
///
/// # Errors
/// A [`ReferenceError`] that names the reference.
pub(super) fn resolve(
    node: &Value,
    root: &Value,
    allowance: &mut Allowance,
) -> Result<Value, ReferenceError> {
    Resolver {
        root,
        open: Vec::new(),
        allowance,
    }
    .node(node, 0)
}

struct Resolver<'a> {
    root: &'a Value,
    /// The references that are being resolved right now.
    open: Vec<String>,
    allowance: &'a mut Allowance,
}

impl Resolver<'_> {
    fn node(&mut self, node: &Value, depth: usize) -> Result<Value, ReferenceError> {
        if depth > MAX_DEPTH {
            return Err(ReferenceError::TooLarge);
        }
        self.allowance.take(match node {
            Value::String(text) => weight_of_text(text),
            _ => 1,
        })?;
        match node {
            Value::Object(map) => self.object(map, depth),
            Value::Array(items) => items
                .iter()
                .map(|item| self.node(item, depth + 1))
                .collect::<Result<_, _>>()
                .map(Value::Array),
            Value::String(text) if text.starts_with("#/") => self.reference(text, depth),
            other => Ok(other.clone()),
        }
    }

    fn object(&mut self, map: &Map<String, Value>, depth: usize) -> Result<Value, ReferenceError> {
        let mut resolved = match map.get("$ref") {
            None => Map::new(),
            Some(reference) => match self.node(reference, depth + 1)? {
                Value::Object(brought) => brought,
                // A `$ref` to something that is not an object stands for the whole node.
                other => return Ok(other),
            },
        };
        for (key, value) in map.iter().filter(|(key, _)| *key != "$ref") {
            // What overrides the configuration may contain texts that only look like references.
            self.allowance.take(weight_of_text(key))?;
            let value = if key == "config_overrides" {
                self.allowance.take(weight(value))?;
                value.clone()
            } else {
                self.node(value, depth + 1)?
            };
            resolved.insert(key.clone(), value);
        }
        Ok(Value::Object(resolved))
    }

    fn reference(&mut self, reference: &str, depth: usize) -> Result<Value, ReferenceError> {
        if self.open.iter().any(|open| open == reference) {
            return Err(ReferenceError::Circular(reference.to_owned()));
        }
        let target = look_up(self.root, &reference[2..])
            .ok_or_else(|| ReferenceError::Undefined(reference.to_owned()))?;
        self.open.push(reference.to_owned());
        let resolved = self.node(target, depth + 1);
        self.open.pop();
        resolved
    }
}

/// A key may itself contain slashes, so the whole rest of the path is tried as a key first.
fn look_up<'v>(root: &'v Value, path: &str) -> Option<&'v Value> {
    let (mut node, mut rest) = (root, path);
    while !rest.is_empty() {
        if let Some(found) = node.get(rest) {
            return Some(found);
        }
        let (head, tail) = rest.split_once('/').unwrap_or((rest, ""));
        node = match node {
            Value::Array(items) => items.get(head.parse::<usize>().ok()?)?,
            Value::Object(map) => map.get(head)?,
            _ => return None,
        };
        rest = tail;
    }
    Some(node)
}
