//! How far a model is proven to be synced, and where inside its range a sync stands.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Identifies the resolved stream, the non-secret configuration and the format that a stored
/// state belongs to. A state with another fingerprint is never resumed from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// Wraps the text of a fingerprint, usually a hash in hexadecimal digits.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What a state belongs to that a sync reached under this fingerprint, having begun under
    /// `begun`: after a change on the way to neither, so that the next sync trusts no part of it.
    #[must_use]
    pub fn since(&self, begun: &Self) -> Self {
        if self == begun {
            self.clone()
        } else {
            Self(format!("{}+{}", begun.0, self.0))
        }
    }
}

/// How far one partition of a model is proven to be synced, in its connector's own shape.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelState {
    /// Which partition, as canonical JSON; empty for a model that has none.
    pub partition: String,
    /// What the state belongs to.
    pub fingerprint: Fingerprint,
    /// The connector's own shape.
    pub state: Map<String, Value>,
}

/// Where inside its range a sync stands: the connector's own object, opaque to callers, empty
/// before the first page.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(transparent)]
pub struct PaginationState(Map<String, Value>);

/// A pagination state that is too large to be stored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the pagination state has {0} bytes; at most {max} can be stored", max = PaginationState::MAX_BYTES)]
pub struct TooLarge(pub usize);

impl PaginationState {
    /// The most bytes that its compact JSON may have.
    pub const MAX_BYTES: usize = 64 * 1024;

    /// Takes a connector's object.
    ///
    /// # Errors
    /// [`TooLarge`] when its compact JSON has more than [`MAX_BYTES`](Self::MAX_BYTES).
    pub fn new(object: Map<String, Value>) -> Result<Self, TooLarge> {
        let bytes = Value::Object(object.clone()).to_string().len();
        if bytes > Self::MAX_BYTES {
            Err(TooLarge(bytes))
        } else {
            Ok(Self(object))
        }
    }

    /// The connector's object.
    pub fn as_object(&self) -> &Map<String, Value> {
        &self.0
    }

    /// True before the first page.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A pagination state with what it belongs to and how far it is: what a committed page leaves
/// behind for the next attempt.
#[derive(Debug, Clone, PartialEq)]
pub struct Position {
    /// The connector's object.
    pub pagination_state: PaginationState,
    /// What the object belongs to.
    pub fingerprint: Fingerprint,
    /// How far that is, to be compared.
    pub progress: Progress,
}

/// How far a position lies in its sync, in an order that the connector keeps from attempt to
/// attempt: first the window or partition, then the request in it, then the record in the answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Progress {
    /// Windows and partitions behind it.
    pub slice: i64,
    /// Answers of the open one behind it.
    pub request: i64,
    /// Records of the open answer behind it.
    pub record: i64,
}
