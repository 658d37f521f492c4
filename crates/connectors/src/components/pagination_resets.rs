//! When paging begins anew.

use serde_json::Value;

use super::{CompileError, Node};

/// `PaginationReset`: some providers do not let pages go on for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaginationReset {
    /// It begins behind the latest record, not at the start of the window again.
    pub splits: bool,
    /// After so many records, if it is not the provider who says when.
    pub limit: Option<i64>,
}

impl PaginationReset {
    /// Compiles what a retriever says of it.
    pub(crate) fn compile(retriever: &Node<'_>) -> Result<Option<Self>, CompileError> {
        let Some(node) = retriever.child("pagination_reset")? else {
            return Ok(None);
        };
        let splits = match node.text("action")? {
            Some("SPLIT_USING_CURSOR") => true,
            Some("RESET") => false,
            Some(other) => return Err(node.invalid(format!("`action: {other}` is not known"))),
            None => return Err(node.missing("action")),
        };
        let limit = match node.child("limits")? {
            None => None,
            Some(limits) => limits.field("number_of_records").and_then(Value::as_i64),
        };
        let selector = retriever.required_child("record_selector")?;
        if limit.is_some() && selector.field("record_filter").is_some() {
            let message = "`limits` do not go together with a `record_filter`";
            return Err(node.invalid(message.to_owned()));
        }
        Ok(Some(Self { splits, limit }))
    }
}
