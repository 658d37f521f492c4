//! How a connection is checked.

use serde_json::Value;

use super::{CompileError, Node};

/// Reads the first record of some streams.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Check {
    /// `CheckStream`: all that are named are tried.
    Streams {
        /// By their names.
        names: Vec<String>,
        /// `DynamicStreamCheckConfig`: by the template that they are made of, the first so many
        /// of each; all of them without a number.
        of_templates: Vec<(String, Option<usize>)>,
    },
    /// `CheckDynamicStream`: the first so many of all.
    First(usize),
}

impl Check {
    pub(crate) fn compile(node: &Node<'_>) -> Result<Self, CompileError> {
        node.refuse_fields(&["config_overrides"])?;
        match node.kind() {
            "CheckStream" => {
                let names = node.field("stream_names").and_then(Value::as_array);
                let names = names
                    .into_iter()
                    .flatten()
                    .filter_map(Value::as_str)
                    .map(str::to_owned);
                let of_templates = node.children("dynamic_streams_check_configs")?;
                let of_templates = of_templates.iter().map(|config| {
                    let name = config.text("dynamic_stream_name")?;
                    let name = name.ok_or_else(|| config.missing("dynamic_stream_name"))?;
                    Ok((name.to_owned(), count(config)))
                });
                Ok(Self::Streams {
                    names: names.collect(),
                    of_templates: of_templates.collect::<Result<_, _>>()?,
                })
            }
            "CheckDynamicStream" => Ok(Self::First(count(node).unwrap_or(1))),
            _ => Err(node.unsupported()),
        }
    }
}

fn count(node: &Node<'_>) -> Option<usize> {
    let count = node.field("stream_count")?.as_u64()?;
    Some(usize::try_from(count).unwrap_or(usize::MAX).max(1))
}
