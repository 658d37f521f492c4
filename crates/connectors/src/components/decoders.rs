//! How an answer's bytes become values.

use super::{CompileError, Node};

/// `JsonDecoder`, the only one so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decoder {
    /// One JSON value.
    Json,
}

impl Decoder {
    /// Compiles the decoder of a component; JSON when it has none.
    pub(crate) fn compile(owner: &Node<'_>) -> Result<Self, CompileError> {
        match owner.child("decoder")? {
            None => Ok(Self::Json),
            Some(node) if node.kind() == "JsonDecoder" => Ok(Self::Json),
            Some(node) => Err(node.unsupported()),
        }
    }
}
