//! Takes the secrets out of a configuration, and puts them back.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

/// Deeper specifications are not walked: a bound against schemas that contain themselves.
const MAX_DEPTH: usize = 32;

/// The public part, and the secrets by JSON pointer.
pub(crate) fn split(
    schema: &Value,
    config: Map<String, Value>,
) -> (Map<String, Value>, BTreeMap<String, Value>) {
    let mut pointers = BTreeSet::new();
    let mut public = Value::Object(config);
    find(schema, schema, &public, "", 0, &mut pointers);
    let mut secrets = BTreeMap::new();
    for pointer in pointers {
        if let Some(secret) = take(&mut public, &pointer) {
            secrets.insert(pointer, secret);
        }
    }
    (into_map(public), secrets)
}

/// The whole configuration again.
pub(crate) fn join(
    public: Map<String, Value>,
    secrets: BTreeMap<String, Value>,
) -> Map<String, Value> {
    let mut whole = Value::Object(public);
    for (pointer, secret) in secrets {
        put(&mut whole, &pointer, secret);
    }
    into_map(whole)
}

/// A key as it stands in a JSON pointer.
pub(crate) fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// Every branch of `oneOf` counts, whichever the value fits: a field that is secret in one of
/// them is treated as secret in all.
fn find(
    root: &Value,
    schema: &Value,
    value: &Value,
    pointer: &str,
    depth: usize,
    found: &mut BTreeSet<String>,
) {
    if depth > MAX_DEPTH {
        return;
    }
    if schema.get("airbyte_secret") == Some(&Value::Bool(true)) {
        found.insert(pointer.to_owned());
        return;
    }
    for choice in ["oneOf", "anyOf", "allOf"] {
        for branch in schema
            .get(choice)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            find(root, branch, value, pointer, depth + 1, found);
        }
    }
    for branch in ["if", "then", "else"] {
        if let Some(branch) = schema.get(branch) {
            find(root, branch, value, pointer, depth + 1, found);
        }
    }
    if let Some(target) = schema
        .get("$ref")
        .and_then(Value::as_str)
        .and_then(|reference| reference.strip_prefix('#'))
        .and_then(|path| root.pointer(path))
    {
        find(root, target, value, pointer, depth + 1, found);
    }
    match value {
        Value::Object(map) => {
            let properties = schema.get("properties");
            let others = schema.get("additionalProperties");
            for (key, value) in map {
                let Some(schema) = properties.and_then(|all| all.get(key)).or(others) else {
                    continue;
                };
                find(
                    root,
                    schema,
                    value,
                    &format!("{pointer}/{}", escape(key)),
                    depth + 1,
                    found,
                );
            }
        }
        Value::Array(items) => {
            let Some(schema) = schema.get("items") else {
                return;
            };
            for (index, value) in items.iter().enumerate() {
                find(
                    root,
                    schema,
                    value,
                    &format!("{pointer}/{index}"),
                    depth + 1,
                    found,
                );
            }
        }
        _ => {}
    }
}

fn take(whole: &mut Value, pointer: &str) -> Option<Value> {
    let (parent, key) = pointer.rsplit_once('/')?;
    match whole.pointer_mut(parent)? {
        Value::Object(map) => map.shift_remove(&unescape(key)),
        // The other items keep their places.
        Value::Array(items) => items.get_mut(key.parse::<usize>().ok()?).map(Value::take),
        _ => None,
    }
}

fn put(whole: &mut Value, pointer: &str, secret: Value) {
    let Some((parents, key)) = pointer.rsplit_once('/') else {
        return;
    };
    let mut node = whole;
    for parent in parents.split('/').skip(1) {
        node = match node {
            Value::Array(items) => {
                let Some(item) = parent
                    .parse::<usize>()
                    .ok()
                    .and_then(|at| items.get_mut(at))
                else {
                    return;
                };
                item
            }
            other => {
                if !other.is_object() {
                    *other = Value::Object(Map::new());
                }
                let Value::Object(map) = other else { return };
                map.entry(unescape(parent))
                    .or_insert_with(|| Value::Object(Map::new()))
            }
        };
    }
    match node {
        Value::Object(map) => {
            map.insert(unescape(key), secret);
        }
        Value::Array(items) => {
            if let Some(item) = key.parse::<usize>().ok().and_then(|at| items.get_mut(at)) {
                *item = secret;
            }
        }
        _ => {}
    }
}

fn unescape(key: &str) -> String {
    key.replace("~1", "/").replace("~0", "~")
}

fn into_map(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}
