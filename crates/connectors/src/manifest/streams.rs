//! The streams of a manifest, in its order.

use std::collections::HashSet;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::allowance::Allowance;
use super::dynamic::Dynamic;
use super::references::resolve;
use super::stream::StreamEntry;
use crate::components::CompileError;

/// Every stream that the manifest tells of itself, each name once, and the templates of others.
pub(super) fn read_streams(
    top: &Map<String, Value>,
    list: &[Value],
    root: &Value,
    blocked: Option<&CompileError>,
    allowance: &mut Allowance,
) -> Vec<Arc<StreamEntry>> {
    let mut streams: Vec<StreamEntry> = Vec::new();
    for (index, node) in ungrouped(list, root, allowance).iter().enumerate() {
        streams.push(StreamEntry::read(index, node, root, blocked, allowance));
    }
    let dynamic = top.get("dynamic_streams").and_then(Value::as_array);
    for (index, node) in dynamic.into_iter().flatten().enumerate() {
        match Dynamic::read(index, node, root, allowance) {
            Err(error) => streams.push(StreamEntry::unknown(index, node, error)),
            Ok(dynamic) if dynamic.needs_connection() => {
                streams.push(StreamEntry::template(Arc::new(dynamic), blocked));
            }
            Ok(dynamic) => match dynamic.listed(allowance) {
                Ok(made) => {
                    let made = made.into_iter();
                    let made = made.map(|stream| StreamEntry::listed(&dynamic, stream, blocked));
                    streams.extend(made);
                }
                Err(message) => {
                    let path = dynamic.place().to_owned();
                    let error = CompileError::Invalid { path, message };
                    streams.push(StreamEntry::unknown(index, node, error));
                }
            },
        }
    }
    let mut seen = HashSet::new();
    // A template may have the name of a stream, and two templates the same.
    streams
        .retain(|stream| stream.as_template().is_some() || seen.insert(stream.name().to_owned()));
    streams.into_iter().map(Arc::new).collect()
}

/// The streams of groups stand in their place.
fn ungrouped(list: &[Value], root: &Value, allowance: &mut Allowance) -> Vec<Value> {
    let streams = list.iter().flat_map(|node| {
        if node.get("type") != Some(&Value::from("StreamGroup")) {
            return vec![node.clone()];
        }
        let streams = node.get("streams");
        match streams.map(|streams| resolve(streams, root, allowance)) {
            Some(Ok(Value::Array(streams))) => streams,
            _ => vec![node.clone()],
        }
    });
    streams.collect()
}
