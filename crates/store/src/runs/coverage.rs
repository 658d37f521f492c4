//! What the end of a sync says about records that it did not see; kept with the sync, so that any
//! later attempt goes on with it.

use serde::{Deserialize, Serialize};

use crate::error::StoreError;

/// What is to be swept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "unseen", rename_all = "snake_case")]
pub(crate) enum Coverage {
    /// Nothing, or it is swept.
    Settled,
    /// So many records were not seen, and are gone.
    Gone { left: i64 },
    /// Those that were not seen are kept as suspects; those that were suspect before are gone.
    Suspect,
}

impl Coverage {
    pub(crate) fn to_text(self) -> Result<String, StoreError> {
        crate::sql::json_of(&self)
    }

    pub(crate) fn from_text(text: &str) -> Result<Self, StoreError> {
        serde_json::from_str(text)
            .map_err(|error| StoreError::Corrupt(format!("a sync's coverage `{text}`: {error}")))
    }
}
