//! Takes single fields out of a record's JSON without making values of the rest.

use serde_json::Value;
use serde_json::value::RawValue;

use super::pick::pick;
use crate::components::primary_key::PrimaryKey;
use crate::text::{canonical_json, sha256_hex};

/// The fields that every record of a stream is asked for, found in one pass over its text.
#[derive(Debug, Clone)]
pub(super) struct Fields {
    key: PrimaryKey,
    cursor: Option<String>,
    /// Top-level names: those of the key, then the cursor's.
    names: Vec<String>,
}

/// What was found in one record.
#[derive(Debug, PartialEq)]
pub(super) struct Found {
    pub(super) key: String,
    /// The record lacks its primary key, so that its hash stands in.
    pub(super) lacks_key: bool,
    /// The cursor field as text.
    pub(super) cursor: Option<String>,
}

impl Fields {
    pub(super) fn new(key: PrimaryKey, cursor: Option<String>) -> Self {
        let first = |path: &Vec<String>| path.first().cloned().unwrap_or_default();
        let names = key
            .paths()
            .iter()
            .map(first)
            .chain(cursor.clone())
            .collect();
        Self { key, cursor, names }
    }

    /// Looks the fields up; the record must be an object.
    pub(super) fn find(&self, record: &RawValue) -> Result<Found, serde_json::Error> {
        let mut found: Vec<Option<&RawValue>> = vec![None; self.names.len()];
        if !self.names.is_empty() {
            pick(record, &self.names, &mut |index, raw| {
                // One field may be wanted twice, as key and as cursor.
                for (name, found) in self.names.iter().zip(&mut found) {
                    if *name == self.names[index] {
                        *found = Some(raw);
                    }
                }
            })?;
        }
        let cursor = match (&self.cursor, found.last()) {
            (Some(_), Some(Some(raw))) => text_of(raw),
            _ => None,
        };
        let mut parts = self
            .key
            .paths()
            .iter()
            .zip(&found)
            .map(|(path, raw)| raw.and_then(|raw| below(raw, &path[1..])));
        let key = match &self.key {
            PrimaryKey::Hash => None,
            PrimaryKey::Single(_) => parts.next().flatten().and_then(|part| part.text()),
            PrimaryKey::Composite(_) => composite(&parts.collect::<Vec<_>>()),
        };
        Ok(match key {
            Some(key) => Found {
                key,
                lacks_key: false,
                cursor,
            },
            None => {
                let record: Value = serde_json::from_str(record.get())?;
                Found {
                    key: sha256_hex(canonical_json(&record)),
                    lacks_key: self.key.is_primary(),
                    cursor,
                }
            }
        })
    }
}

/// A part of a key: raw where it stands at the top, a value where it lies deeper.
enum Part<'r> {
    Raw(&'r RawValue),
    Value(Value),
}

impl Part<'_> {
    fn text(&self) -> Option<String> {
        match self {
            Part::Raw(raw) => text_of(raw),
            Part::Value(Value::Null) => None,
            Part::Value(Value::String(text)) => Some(text.clone()),
            Part::Value(value) => Some(canonical_json(value)),
        }
    }

    fn json(&self) -> Option<String> {
        match self {
            Part::Raw(raw) => {
                let text = raw.get();
                // Numbers and plain texts are canonical as they stand.
                if text.starts_with(['{', '[']) || text.contains('\\') {
                    serde_json::from_str(text)
                        .ok()
                        .map(|value: Value| canonical_json(&value))
                } else {
                    (text != "null").then(|| text.to_owned())
                }
            }
            Part::Value(Value::Null) => None,
            Part::Value(value) => Some(canonical_json(value)),
        }
    }
}

fn below<'r>(raw: &'r RawValue, path: &[String]) -> Option<Part<'r>> {
    if path.is_empty() {
        return Some(Part::Raw(raw));
    }
    let mut value: Value = serde_json::from_str(raw.get()).ok()?;
    for name in path {
        value = value.get_mut(name)?.take();
    }
    Some(Part::Value(value))
}

/// A compact JSON array; `None` when every part is absent.
fn composite(parts: &[Option<Part<'_>>]) -> Option<String> {
    let texts: Vec<_> = parts
        .iter()
        .map(|part| part.as_ref().and_then(Part::json))
        .collect();
    if texts.iter().all(Option::is_none) {
        return None;
    }
    let mut key = String::from("[");
    for (index, text) in texts.iter().enumerate() {
        key.push_str(if index == 0 { "" } else { "," });
        key.push_str(text.as_deref().unwrap_or("null"));
    }
    key.push(']');
    Some(key)
}

/// A text without its quotes, anything else as it stands; `None` for null.
fn text_of(raw: &RawValue) -> Option<String> {
    let text = raw.get();
    match text.as_bytes().first()? {
        b'"' if !text.contains('\\') => Some(text[1..text.len() - 1].to_owned()),
        b'"' => serde_json::from_str(text).ok(),
        b'n' => None,
        b'{' | b'[' => serde_json::from_str(text)
            .ok()
            .map(|value: Value| canonical_json(&value)),
        _ => Some(text.to_owned()),
    }
}
