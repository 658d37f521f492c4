//! How large one manifest may grow: aliases, references and parameters multiply what is written.

use serde_json::Value;

/// No manifest may be longer, in bytes. The longest that are published have about one megabyte.
pub(super) const MAX_BYTES: usize = 8 * 1024 * 1024;

/// So many bytes of a text weigh as much as one node.
const BYTES_OF_A_NODE: usize = 64;

/// It grew beyond.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Exhausted;

/// What may still be added, in nodes.
#[derive(Debug)]
pub(crate) struct Allowance(usize);

impl Allowance {
    /// For the values that a document holds, its aliases expanded: about 100 MB.
    pub(super) fn of_a_document() -> Self {
        Self(1_000_000)
    }

    /// For all that references and parameters bring into a manifest's components.
    pub(super) fn of_a_manifest() -> Self {
        Self(3_000_000)
    }

    /// Takes what a value weighs.
    ///
    /// # Errors
    /// When so much is not left. Then nothing is.
    pub(super) fn take(&mut self, weight: usize) -> Result<(), Exhausted> {
        let left = self.0.checked_sub(weight);
        self.0 = left.unwrap_or(0);
        left.map(drop).ok_or(Exhausted)
    }
}

/// A text's weight, in nodes.
pub(super) fn weight_of_text(text: &str) -> usize {
    1 + text.len() / BYTES_OF_A_NODE
}

/// A value's weight with all that is in it, in nodes.
pub(super) fn weight(value: &Value) -> usize {
    match value {
        Value::String(text) => weight_of_text(text),
        Value::Array(items) => 1 + items.iter().map(weight).sum::<usize>(),
        Value::Object(map) => {
            let fields = map
                .iter()
                .map(|(key, value)| weight_of_text(key) + weight(value));
            1 + fields.sum::<usize>()
        }
        _ => 1,
    }
}
