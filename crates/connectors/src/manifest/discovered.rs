//! What a provider told of the streams that a connection has.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The values of which the streams of an `HttpComponentsResolver` are made, by the names of the
/// templates. They come from a provider, and may hold whatever it told: they are for no log.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Discovered(BTreeMap<String, Vec<Found>>);

/// One stream's value.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Found {
    pub(crate) values: Value,
    /// The partition that it was found in.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub(crate) slice: Value,
}

impl Discovered {
    /// As it is stored.
    pub fn to_fields(&self) -> BTreeMap<String, Value> {
        let fields = self.0.iter().map(|(name, found)| {
            let found = serde_json::to_value(found).unwrap_or_default();
            (name.clone(), found)
        });
        fields.collect()
    }

    /// As it was stored; what is not understood any more counts as not found yet.
    pub fn from_fields(fields: BTreeMap<String, Value>) -> Self {
        let known = fields.into_iter().filter_map(|(name, found)| {
            let found = serde_json::from_value(found).ok()?;
            Some((name, found))
        });
        Self(known.collect())
    }

    pub(crate) fn insert(&mut self, template: &str, found: Vec<Found>) {
        self.0.insert(template.to_owned(), found);
    }

    pub(crate) fn of(&self, template: &str) -> Option<&[Found]> {
        self.0.get(template).map(Vec::as_slice)
    }
}

impl Found {
    pub(crate) fn of(values: Value) -> Self {
        Self {
            values,
            slice: Value::Object(Map::new()),
        }
    }
}

/// Without the values.
impl std::fmt::Debug for Discovered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let counts = self.0.iter().map(|(name, found)| (name, found.len()));
        f.debug_map().entries(counts).finish()
    }
}

impl std::fmt::Debug for Found {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Found(…)")
    }
}
