//! What a sync is asked to cover, in a canonical form: two scopes are equal exactly when they
//! ask the same.

use chrono::{DateTime, SubsecRound, Utc};
use serde::{Deserialize, Serialize};

use crate::FileId;

/// What a sync is asked to cover.
///
/// [`canonical`](Scope::canonical) is a text that can be compared and stored; reading it back
/// gives an equal scope.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    end: Option<DateTime<Utc>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    entity: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    file: Option<FileId>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    full_refresh: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    start: Option<DateTime<Utc>>,
}

/// A combination that asks for nothing sensible.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScopeError {
    /// The range is empty or upside down.
    #[error("timerange_end must be later than timerange_start")]
    EmptyRange,
    /// A full refresh covers everything, so it takes no range and no entity.
    #[error(
        "full_refresh covers everything: leave out timerange_start, timerange_end and entity_id"
    )]
    NarrowedFullRefresh,
    /// An entity without a name.
    #[error("entity_id must have 1 to 255 characters")]
    EntityLength,
    /// The stored text is not a scope.
    #[error("not the text of a scope: {0}")]
    Unreadable(String),
}

impl Scope {
    /// Everything that is new: what a schedule asks for, and a request without a body.
    pub fn plain() -> Self {
        Self::default()
    }

    /// Everything, from the beginning.
    pub fn full_refresh() -> Self {
        Self {
            full_refresh: true,
            ..Self::default()
        }
    }

    /// The rows of an uploaded file.
    pub fn file(file: FileId) -> Self {
        Self {
            file: Some(file),
            ..Self::default()
        }
    }

    /// What a request asks for. Times are cut to microseconds, which is what is stored.
    ///
    /// # Errors
    /// A [`ScopeError`] that says which fields do not go together.
    pub fn requested(
        start: Option<DateTime<Utc>>,
        end: Option<DateTime<Utc>>,
        entity: Option<String>,
        full_refresh: bool,
    ) -> Result<Self, ScopeError> {
        let start = start.map(|time| time.trunc_subsecs(6));
        let end = end.map(|time| time.trunc_subsecs(6));
        if full_refresh && (start.is_some() || end.is_some() || entity.is_some()) {
            return Err(ScopeError::NarrowedFullRefresh);
        }
        if let (Some(start), Some(end)) = (start, end)
            && end <= start
        {
            return Err(ScopeError::EmptyRange);
        }
        if let Some(entity) = &entity
            && !(1..=255).contains(&entity.chars().count())
        {
            return Err(ScopeError::EntityLength);
        }
        Ok(Self {
            end,
            entity,
            file: None,
            full_refresh,
            start,
        })
    }

    /// The range's start, when the caller gave it.
    pub fn start(&self) -> Option<DateTime<Utc>> {
        self.start
    }

    /// The range's end, when the caller gave it.
    pub fn end(&self) -> Option<DateTime<Utc>> {
        self.end
    }

    /// The one entity asked for.
    pub fn entity_id(&self) -> Option<&str> {
        self.entity.as_deref()
    }

    /// The uploaded file.
    pub fn file_id(&self) -> Option<FileId> {
        self.file
    }

    /// Whether it reads everything from the beginning, whatever the model's state.
    pub fn is_full_refresh(&self) -> bool {
        self.full_refresh
    }

    /// Without range, entity or file: only such a sync proves how far the model is synced, moves
    /// its state, and may find that records are gone.
    pub fn is_unbounded(&self) -> bool {
        self.start.is_none() && self.end.is_none() && self.entity.is_none() && self.file.is_none()
    }

    /// The text that is equal for equal scopes: compact JSON, keys in order, absent keys left out.
    pub fn canonical(&self) -> String {
        // A struct of texts, times and a flag always serializes.
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl std::str::FromStr for Scope {
    type Err = ScopeError;

    fn from_str(text: &str) -> Result<Self, ScopeError> {
        serde_json::from_str(text).map_err(|error| ScopeError::Unreadable(error.to_string()))
    }
}
