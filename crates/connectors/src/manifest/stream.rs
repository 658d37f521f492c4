//! One stream of a manifest: resolved at once, compiled when first asked for.

use std::sync::{Arc, OnceLock};

use serde_json::Value;

use super::allowance::Allowance;
use super::parameters::propagate;
use super::references::resolve;
use crate::components::schema_loaders;
use crate::components::stream::Stream;
use crate::components::{CompileError, Node};

/// What can be told of a stream without a configuration.
#[derive(Debug, Clone, PartialEq)]
pub struct StreamInfo {
    /// The model's name in this provider.
    pub name: String,
    /// The title of its schema.
    pub display_name: Option<String>,
    /// `None` when the stream can be read; otherwise which component is not supported, or what
    /// is wrong in the manifest.
    pub unsupported_reason: Option<String>,
    /// Records have a key of their own, so that full passes can find deletions.
    pub has_primary_key: bool,
    /// It can be asked for what changed since.
    pub is_incremental: bool,
    /// The schema of its records, if the manifest holds it.
    pub json_schema: Option<Value>,
}

impl StreamInfo {
    /// Whether the stream can be read.
    pub fn is_supported(&self) -> bool {
        self.unsupported_reason.is_none()
    }
}

#[derive(Debug)]
pub(super) struct StreamEntry {
    name: String,
    /// Where the manifest has it: `streams[2]`.
    place: String,
    resolved: Result<Value, CompileError>,
    compiled: OnceLock<Result<Arc<Stream>, CompileError>>,
}

impl StreamEntry {
    /// `blocked` tells what the whole manifest needs and cannot be used.
    pub(super) fn read(
        index: usize,
        node: &Value,
        root: &Value,
        blocked: Option<&CompileError>,
        allowance: &mut Allowance,
    ) -> Self {
        let resolved = resolve(node, root, allowance)
            .and_then(|node| propagate(node, "DeclarativeSource", "streams", allowance))
            .map_err(|error| CompileError::Invalid {
                path: format!("streams[{index}]"),
                message: error.to_string(),
            });
        // A stream whose references are broken still has a name, if it says it itself.
        let named = resolved.as_ref().unwrap_or(node);
        let name = [named.get("name"), named.pointer("/$parameters/name")]
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .find(|name| !name.is_empty())
            .map_or_else(|| format!("streams[{index}]"), str::to_owned);
        let compiled = OnceLock::new();
        if let Some(error) = blocked {
            // The cell is new, so it takes the value.
            let _ = compiled.set(Err(error.clone()));
        }
        Self {
            name,
            place: format!("streams[{index}]"),
            resolved,
            compiled,
        }
    }

    /// Streams that the manifest alone does not tell, and which component keeps them.
    pub(super) fn dynamic(index: usize, node: &Value, component: String) -> Self {
        let path = format!("dynamic_streams[{index}]");
        let name = node
            .get("name")
            .and_then(Value::as_str)
            .unwrap_or(&path)
            .to_owned();
        Self {
            name,
            place: path.clone(),
            resolved: Err(CompileError::Unsupported { component, path }),
            compiled: OnceLock::new(),
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn place(&self) -> &str {
        &self.place
    }

    pub(super) fn compiled(&self) -> Result<&Arc<Stream>, &CompileError> {
        self.compiled
            .get_or_init(|| {
                let resolved = self.resolved.as_ref().map_err(Clone::clone)?;
                let node = Node::root(&self.name, resolved)?;
                Stream::compile(&self.name, &node, resolved).map(Arc::new)
            })
            .as_ref()
    }

    pub(super) fn info(&self) -> StreamInfo {
        let empty = Value::Null;
        let resolved = self.resolved.as_ref().unwrap_or(&empty);
        let compiled = self.compiled();
        let json_schema = schema_loaders::inline_schema(resolved);
        StreamInfo {
            name: self.name.clone(),
            display_name: json_schema
                .as_ref()
                .and_then(|schema| schema.get("title"))
                .and_then(Value::as_str)
                .map(str::to_owned),
            unsupported_reason: compiled.err().map(ToString::to_string),
            has_primary_key: compiled.is_ok_and(|stream| stream.key.is_primary()),
            is_incremental: compiled.is_ok_and(|stream| stream.is_incremental()),
            json_schema,
        }
    }
}
