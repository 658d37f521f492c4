//! What tells records apart.

use serde_json::Value;

use super::{CompileError, Node};

/// `primary_key`: paths into the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PrimaryKey {
    /// None: the hash of the whole record stands in.
    Hash,
    /// One field; its text is the key.
    Single(Vec<String>),
    /// Several; a compact JSON array is the key.
    Composite(Vec<Vec<String>>),
}

impl PrimaryKey {
    pub(crate) fn compile(stream: &Node<'_>) -> Result<Self, CompileError> {
        let invalid = || {
            stream.invalid(
                "`primary_key` must be a text, a list of texts or a list of paths".to_owned(),
            )
        };
        let paths: Vec<Vec<String>> = match stream.field("primary_key") {
            None => return Ok(Self::Hash),
            Some(Value::String(field)) if field.is_empty() => return Ok(Self::Hash),
            Some(Value::String(field)) => return Ok(Self::Single(vec![field.clone()])),
            Some(Value::Array(fields)) => fields
                .iter()
                .map(|field| match field {
                    Value::String(field) => Some(vec![field.clone()]),
                    Value::Array(path) => path
                        .iter()
                        .map(|part| part.as_str().map(str::to_owned))
                        .collect::<Option<Vec<_>>>(),
                    _ => None,
                })
                .collect::<Option<_>>()
                .ok_or_else(invalid)?,
            Some(_) => return Err(invalid()),
        };
        if paths.iter().any(Vec::is_empty) {
            return Err(invalid());
        }
        Ok(match <[_; 1]>::try_from(paths) {
            Ok([path]) => Self::Single(path),
            Err(paths) if paths.is_empty() => Self::Hash,
            Err(paths) => Self::Composite(paths),
        })
    }

    /// Whether records have a key of their own.
    pub fn is_primary(&self) -> bool {
        *self != Self::Hash
    }

    /// The paths, in order.
    pub(crate) fn paths(&self) -> &[Vec<String>] {
        match self {
            Self::Hash => &[],
            Self::Single(path) => std::slice::from_ref(path),
            Self::Composite(paths) => paths,
        }
    }
}
