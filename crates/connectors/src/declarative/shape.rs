//! The state of a stream as the reference writes it, made of rows and taken apart into rows.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};
use syncline_domain::state::ModelState;

use super::bound::{Bound, Half};
use super::cursor::BoundCursor;
use super::delegate::{NO_CURSOR, is_without_cursor};
use super::routers::{BoundRouter, ParentState};
use super::source::parts;
use super::states::{parent_of, parent_row};
use crate::components::stream::StateMigration;
use crate::datetime::{Moment, parse_iso};
use crate::manifest::Manifest;
use crate::redact::Redactor;
use crate::text::canonical_json;

/// What is wrong with a state, and where in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{pointer} {message}")]
pub struct StateProblem {
    /// A JSON pointer into the state; empty for the whole.
    pub pointer: String,
    /// What is wrong.
    pub message: String,
}

fn wrong(pointer: &str, message: impl Into<String>) -> StateProblem {
    StateProblem {
        pointer: pointer.to_owned(),
        message: message.into(),
    }
}

/// The state that rows hold together; empty when there is none.
pub fn export(rows: &[ModelState]) -> Map<String, Value> {
    let rest = rows.iter().find(|row| row.partition.is_empty());
    let own: Vec<&ModelState> = rows
        .iter()
        .filter(|row| row.partition.starts_with('{'))
        .collect();
    let parents = parents_of(rows);
    let mut state = rest.map(|row| row.state.clone()).unwrap_or_default();
    if own.is_empty() && parents.is_empty() {
        return state;
    }
    if !is_by_partition(&state) {
        // A sync that has not reached its end leaves no more than the states of partitions.
        let global = std::mem::take(&mut state);
        state.insert("use_global_cursor".to_owned(), false.into());
        if !global.is_empty() {
            state.insert("state".to_owned(), Value::Object(global));
        }
        state.insert("lookback_window".to_owned(), 0.into());
    }
    if state.get("use_global_cursor") != Some(&Value::Bool(true)) {
        let states = own.into_iter().map(|row| {
            let partition: Value = serde_json::from_str(&row.partition).unwrap_or_default();
            json!({"partition": partition, "cursor": row.state})
        });
        state.insert("states".to_owned(), states.collect());
    }
    if !parents.is_empty() {
        let parents = parents
            .into_iter()
            .map(|(name, rows)| (name, Value::Object(export(&rows))));
        state.insert("parent_state".to_owned(), Value::Object(parents.collect()));
    }
    state
}

fn parents_of(rows: &[ModelState]) -> Vec<(String, Vec<ModelState>)> {
    let mut parents: Vec<(String, Vec<ModelState>)> = Vec::new();
    for row in rows {
        let Some((name, partition)) = parent_of(&row.partition) else {
            continue;
        };
        let row = ModelState {
            partition,
            ..row.clone()
        };
        match parents.iter_mut().find(|(known, _)| *known == name) {
            Some((_, rows)) => rows.push(row),
            None => parents.push((name, vec![row])),
        }
    }
    parents
}

fn is_by_partition(state: &Map<String, Value>) -> bool {
    ["use_global_cursor", "state", "states"]
        .iter()
        .any(|key| state.contains_key(*key))
}

/// The rows of a state; none for one that is empty.
pub(super) fn import(bound: &Bound, state: &Value) -> Result<Vec<ModelState>, StateProblem> {
    let state = match state {
        Value::Null => return Ok(Vec::new()),
        Value::Object(state) => state,
        _ => return Err(wrong("", "must be an object")),
    };
    if is_without_cursor(state) && bound.half == Half::Later {
        return Ok(vec![row(bound, "", state.clone())]);
    }
    // A sync that kept none before is begun anew.
    let mut state = state.clone();
    state.shift_remove(NO_CURSOR);
    if state.is_empty() {
        return Ok(Vec::new());
    }
    let Some(cursor) = &bound.cursor else {
        let message = "must be empty: the stream has no incremental_sync, so it keeps no state";
        return Err(wrong("", message));
    };
    match &bound.router {
        None => Ok(vec![row(bound, "", plain(cursor, "", &state)?)]),
        Some(router) => by_partition(bound, cursor, router, migrated(bound, cursor, state)),
    }
}

fn by_partition(
    bound: &Bound,
    cursor: &BoundCursor,
    router: &BoundRouter,
    state: Map<String, Value>,
) -> Result<Vec<ModelState>, StateProblem> {
    if !is_by_partition(&state) {
        return Ok(vec![row(bound, "", plain(cursor, "", &state)?)]);
    }
    let mut rows = Vec::new();
    let mut rest = Map::new();
    let is_global = match state.get("use_global_cursor") {
        None | Some(Value::Null) => false,
        Some(Value::Bool(flag)) => *flag,
        Some(_) => return Err(wrong("/use_global_cursor", "must be true or false")),
    };
    rest.insert("use_global_cursor".to_owned(), is_global.into());
    if let Some(global) = state.get("state").filter(|global| !global.is_null()) {
        let global = global
            .as_object()
            .ok_or_else(|| wrong("/state", "must be an object"))?;
        if !global.is_empty() {
            let global = plain(cursor, "/state", global)?;
            rest.insert("state".to_owned(), Value::Object(global));
        }
    }
    let seconds = match state.get("lookback_window") {
        None | Some(Value::Null) => 0,
        Some(seconds) => seconds
            .as_i64()
            .filter(|seconds| (0..=i64::from(i32::MAX)).contains(seconds))
            .ok_or_else(|| wrong("/lookback_window", "must be a number of seconds"))?,
    };
    rest.insert("lookback_window".to_owned(), seconds.into());
    if router.has_parents() {
        rest.insert("parent_state".to_owned(), json!({}));
    }
    rows.push(row(bound, "", rest));
    if !is_global {
        rows.extend(partitions(bound, cursor, state.get("states"))?);
    }
    rows.extend(parents(bound, router, state.get("parent_state"))?);
    Ok(rows)
}

fn partitions(
    bound: &Bound,
    cursor: &BoundCursor,
    states: Option<&Value>,
) -> Result<Vec<ModelState>, StateProblem> {
    let states = match states {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(states)) => states,
        Some(_) => return Err(wrong("/states", "must be a list")),
    };
    let mut rows = std::collections::BTreeMap::new();
    for (index, state) in states.iter().enumerate() {
        let object = |name: &str| {
            let pointer = format!("/states/{index}/{name}");
            let value = state.get(name).and_then(Value::as_object);
            value
                .ok_or_else(|| wrong(&pointer, "must be an object"))
                .map(|value| (pointer, value))
        };
        let (_, partition) = object("partition")?;
        let (pointer, mark) = object("cursor")?;
        let key = canonical_json(&Value::Object(partition.clone()));
        let state = plain(cursor, &pointer, mark)?;
        rows.insert(key.clone(), row(bound, &key, state));
    }
    Ok(rows.into_values().collect())
}

fn parents(
    bound: &Bound,
    router: &BoundRouter,
    states: Option<&Value>,
) -> Result<Vec<ModelState>, StateProblem> {
    let states = match states {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Object(states)) => states,
        Some(_) => return Err(wrong("/parent_state", "must be an object")),
    };
    let mut rows = Vec::new();
    for parent in router.incremental_parents() {
        let Some(state) = states.get(parent.name()) else {
            continue;
        };
        let name = parent.name();
        let inner = import(&parent.bound, state).map_err(|problem| {
            let name = name.replace('~', "~0").replace('/', "~1");
            let pointer = format!("/parent_state/{name}{}", problem.pointer);
            wrong(&pointer, problem.message)
        })?;
        rows.extend(inner.into_iter().map(|state| {
            let parent = name.to_owned();
            parent_row(ParentState { parent, state }, &bound.fingerprint)
        }));
    }
    Ok(rows)
}

/// The state of a cursor, as this stream reads it.
fn plain(
    cursor: &BoundCursor,
    pointer: &str,
    state: &Map<String, Value>,
) -> Result<Map<String, Value>, StateProblem> {
    if let Some(mark) = slices(cursor, state) {
        return Ok(cursor.state(mark));
    }
    match state.get(&cursor.field) {
        None => Err(wrong(
            pointer,
            format!("must have the cursor field `{}`", cursor.field),
        )),
        Some(value) => match cursor.watermark(state) {
            Some(_) => Ok([(cursor.field.clone(), value.clone())]
                .into_iter()
                .collect()),
            None => Err(wrong(
                &format!(
                    "{pointer}/{}",
                    cursor.field.replace('~', "~0").replace('/', "~1")
                ),
                format!(
                    "is not a value of the cursor: it must be in the format {}",
                    cursor.shown_format()
                ),
            )),
        },
    }
}

/// The older form of a state: how far the first of the slices that were read is.
fn slices(cursor: &BoundCursor, state: &Map<String, Value>) -> Option<Moment> {
    state.get("state_type")?;
    let first = state.get("slices")?.as_array()?.first()?;
    let value = ["most_recent_cursor_value", "end"]
        .iter()
        .find_map(|key| first.get(*key).filter(|value| !value.is_null()))?;
    let text = crate::template::python::str(value);
    let by_cursor = [(cursor.field.clone(), value.clone())]
        .into_iter()
        .collect();
    cursor.watermark(&by_cursor).or_else(|| parse_iso(&text))
}

/// A state from before the stream was a low-code one, where the manifest says that there may be
/// such states: an object by the values of the partition.
fn migrated(bound: &Bound, cursor: &BoundCursor, state: Map<String, Value>) -> Map<String, Value> {
    let field = bound.router.as_deref().and_then(BoundRouter::single_field);
    let (Some(field), true) = (
        field,
        bound
            .stream
            .state_migrations
            .contains(&StateMigration::LegacyToPerPartition),
    ) else {
        return state;
    };
    let is_legacy = state.values().all(|value| {
        value
            .as_object()
            .is_some_and(|value| value.len() == 1 && value.contains_key(&cursor.field))
    });
    if !is_legacy {
        return state;
    }
    let states = state
        .into_iter()
        .map(|(value, cursor)| json!({"partition": {field: value}, "cursor": cursor}));
    let states: Vec<Value> = states.collect();
    [("states".to_owned(), Value::Array(states))]
        .into_iter()
        .collect()
}

fn row(bound: &Bound, partition: &str, state: Map<String, Value>) -> ModelState {
    ModelState {
        partition: partition.to_owned(),
        fingerprint: bound.fingerprint.clone(),
        state,
    }
}

/// The state of a stream, out of whatever form of it Airbyte gives: the state itself, a state
/// message, or a list of those.
///
/// # Errors
/// When a message is about another stream, or a list has none of this one.
pub fn stream_state<'v>(stream: &str, value: &'v Value) -> Result<&'v Value, StateProblem> {
    let other = || {
        let message = format!("has no state of the stream `{stream}`");
        wrong("", message)
    };
    match value {
        Value::Array(messages) => messages
            .iter()
            .filter(|message| is_message(message))
            .find_map(|message| stream_state(stream, message).ok())
            .ok_or_else(other),
        Value::Object(message) => match (message.get("state"), message.get("stream")) {
            (Some(state), _) if message.get("type") == Some(&Value::from("STATE")) => {
                stream_state(stream, state)
            }
            (_, Some(inner)) if inner.get("stream_descriptor").is_some() => {
                let name = inner.pointer("/stream_descriptor/name");
                if name == Some(&Value::from(stream)) {
                    Ok(inner.get("stream_state").unwrap_or(&Value::Null))
                } else {
                    Err(other())
                }
            }
            _ => Ok(value),
        },
        _ => Ok(value),
    }
}

/// Whether a value says whose state it is; what does not is taken for a state only where it stands
/// alone.
fn is_message(value: &Value) -> bool {
    let is_state = value.get("type") == Some(&Value::from("STATE"));
    is_state || value.pointer("/stream/stream_descriptor").is_some()
}

/// See [`Manifest::import_state`].
pub(crate) fn import_state(
    manifest: &Arc<Manifest>,
    stream: &str,
    config: &Map<String, Value>,
    state: &Value,
    now: DateTime<Utc>,
) -> Result<Vec<ModelState>, StateProblem> {
    let manifest = &manifest.of_connection(config);
    let compiled = manifest
        .stream(stream)
        .ok_or_else(|| {
            let missing = manifest.missing(stream);
            wrong("", format!("cannot be taken: {missing}"))
        })?
        .map_err(|error| {
            wrong(
                "",
                format!("cannot be taken: the stream is not supported: {error}"),
            )
        })?;
    let (public, secrets) = parts(manifest, config.clone());
    let later = compiled.delegate.as_ref().map(|later| &later.stream);
    let bound = manifest
        .normalized(config, now)
        .and_then(|config| Bound::new(later.unwrap_or(compiled), &config, &public, now));
    let bound = bound.map_err(|error| {
        let redactor = Redactor::new(secrets.values());
        let error = redactor.clean(&error.to_string());
        wrong("", format!("cannot be taken: {error}"))
    })?;
    let half = later.map_or(bound.half, |_| Half::Later);
    import(&Bound { half, ..bound }, state)
}
