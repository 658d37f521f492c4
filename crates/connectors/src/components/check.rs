//! How a connection is checked.

use serde_json::Value;

use super::{CompileError, Node};

/// `CheckStream`: reads the first record of some streams.
#[derive(Debug, Clone)]
pub struct Check {
    /// The streams; all of them are tried.
    pub stream_names: Vec<String>,
}

impl Check {
    pub(crate) fn compile(node: &Node<'_>) -> Result<Self, CompileError> {
        if node.kind() != "CheckStream" {
            return Err(node.unsupported());
        }
        node.refuse_fields(&["dynamic_streams_check_configs", "config_overrides"])?;
        let names = node.field("stream_names").and_then(Value::as_array);
        let names = names
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .map(str::to_owned);
        Ok(Self {
            stream_names: names.collect(),
        })
    }
}
