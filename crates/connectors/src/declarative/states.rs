//! The states of a stream with partitions: a row for each of them, one for the rest, and those of
//! its parents.
//!
//! The rows hold together what the reference keeps in one object: `states` are the rows of
//! partitions, `parent_state` those of parents, and everything else stands in the row without a
//! partition.

use std::collections::HashMap;

use chrono::Duration;
use serde_json::{Map, Value, json};
use syncline_domain::state::{Fingerprint, ModelState};

use super::bound::Bound;
use super::cursor::BoundCursor;
use super::routers::ParentState;
use crate::datetime::Moment;
use crate::template::python;
use crate::text::canonical_json;

/// What the partition of a parent's row begins with.
const PARENT: &str = "parent_state";

/// What is known when a sync begins.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// How far each partition is.
    pub(super) partitions: HashMap<String, Moment>,
    /// How far all are that have no state of their own.
    pub(super) global: Option<Moment>,
    /// How long the sync took that left the global state: so far back it is read again.
    pub(super) look_back: Duration,
    pub(super) is_global: bool,
    /// Some partitions are known from before streams had parents: by the texts of their values.
    has_legacy: bool,
    pub(super) parents: HashMap<String, Vec<ModelState>>,
}

impl Known {
    /// Reads the rows that belong to the stream as it is.
    pub(super) fn read(bound: &Bound, states: &[ModelState]) -> Self {
        let mut known = Self::default();
        let Some(cursor) = &bound.cursor else {
            return known;
        };
        for row in states {
            if row.fingerprint != bound.fingerprint {
                continue;
            }
            if row.partition.is_empty() {
                known.read_rest(cursor, &row.state);
            } else if let Some((parent, inner)) = parent_of(&row.partition) {
                known.read_parent(bound, parent, inner, &row.state);
            } else if let Some(mark) = cursor.watermark(&row.state) {
                let has_parents = bound
                    .router
                    .as_ref()
                    .is_some_and(|router| router.has_parents());
                known.has_legacy |= has_parents && !row.partition.contains("\"parent_slice\":");
                known.partitions.insert(row.partition.clone(), mark);
            }
        }
        known
    }

    /// Nothing is known: everything is read from the beginning.
    pub(super) fn is_nothing(&self) -> bool {
        self.partitions.is_empty() && self.global.is_none() && self.parents.is_empty()
    }

    /// How far a partition is by a state of its own.
    pub(super) fn mark_of(&self, key: &str) -> Option<Moment> {
        let own = self.partitions.get(key).copied();
        own.or_else(|| {
            let legacy = self.has_legacy.then(|| legacy_key(key)).flatten()?;
            self.partitions.get(&legacy).copied()
        })
    }

    /// The earliest moment that some partition is at.
    pub(super) fn earliest(&self) -> Option<Moment> {
        let global = self.global.map(|mark| mark - self.look_back);
        self.partitions.values().copied().chain(global).min()
    }

    fn read_rest(&mut self, cursor: &BoundCursor, state: &Map<String, Value>) {
        // A state without partitions, as the stream had before it got some, stands for all.
        let is_own = state.contains_key("state") || state.contains_key("use_global_cursor");
        let global = if is_own {
            state.get("state").and_then(Value::as_object)
        } else {
            Some(state)
        };
        self.global = global.and_then(|state| cursor.watermark(state));
        self.is_global = state.get("use_global_cursor") == Some(&Value::Bool(true));
        let seconds = state.get("lookback_window").and_then(Value::as_i64);
        self.look_back = seconds
            .and_then(Duration::try_seconds)
            .unwrap_or_else(Duration::zero);
    }

    fn read_parent(
        &mut self,
        bound: &Bound,
        name: String,
        inner: String,
        state: &Map<String, Value>,
    ) {
        let parents = bound
            .router
            .iter()
            .flat_map(|router| router.incremental_parents());
        let Some(parent) = parents.into_iter().find(|parent| parent.name() == name) else {
            return;
        };
        self.parents.entry(name).or_default().push(ModelState {
            partition: inner,
            fingerprint: parent.bound.fingerprint.clone(),
            state: state.clone(),
        });
    }
}

/// A key as it was before: without parents, its values as texts.
fn legacy_key(key: &str) -> Option<String> {
    let mut partition: Map<String, Value> = serde_json::from_str(key).ok()?;
    partition.shift_remove("parent_slice");
    for value in partition.values_mut() {
        *value = Value::from(python::str(value));
    }
    Some(canonical_json(&Value::Object(partition)))
}

/// The row of a parent's state.
pub(super) fn parent_row(told: ParentState, fingerprint: &Fingerprint) -> ModelState {
    let ParentState { parent, state } = told;
    ModelState {
        partition: canonical_json(&json!([PARENT, parent, state.partition])),
        fingerprint: fingerprint.clone(),
        state: state.state,
    }
}

/// The parent and its own partition that a row is about, if it is about one.
pub(super) fn parent_of(partition: &str) -> Option<(String, String)> {
    if !partition.starts_with('[') {
        return None;
    }
    let (tag, parent, inner): (String, String, String) = serde_json::from_str(partition).ok()?;
    (tag == PARENT).then_some((parent, inner))
}
