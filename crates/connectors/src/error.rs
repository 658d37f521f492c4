//! What can go wrong at a source, and what the engine makes of it.

use chrono::{DateTime, Utc};
use syncline_domain::retry::Failure;

/// A failure to read a source, with a message for people and no secrets.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct SourceError {
    /// What it means for the sync.
    pub kind: SourceErrorKind,
    /// For people: what happened, and what to do about it.
    pub message: String,
    /// The HTTP status of the answer, if there was one.
    pub status_code: Option<u16>,
    /// What the failed try cost.
    pub cost: crate::source::Cost,
    /// Where it came from.
    #[source]
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// What a failure means for the sync.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceErrorKind {
    /// It may pass: network errors, 5xx, truncated or unreadable answers.
    Transient {
        /// Not to be tried before, if the provider said so.
        not_before: Option<DateTime<Utc>>,
    },
    /// The provider says "later": 429, maintenance.
    Later {
        /// Until when, if it said so.
        until: Option<DateTime<Utc>>,
    },
    /// The credential is refused; somebody has to act.
    Authentication,
    /// The configuration or the manifest cannot work as it is.
    Configuration,
    /// The provider refuses the request for good: another 4xx, or an answer of the wrong shape.
    Refused,
}

impl SourceError {
    /// A failure without answer or cause.
    pub fn new(kind: SourceErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            status_code: None,
            cost: crate::source::Cost::default(),
            source: None,
        }
    }

    /// Whether a later attempt may have more luck.
    pub(crate) fn may_pass(&self) -> bool {
        match self.kind {
            SourceErrorKind::Transient { .. } | SourceErrorKind::Later { .. } => true,
            SourceErrorKind::Authentication
            | SourceErrorKind::Configuration
            | SourceErrorKind::Refused => false,
        }
    }

    /// What the state machine is told.
    pub fn failure(&self) -> Failure {
        let message = self.message.clone();
        match self.kind {
            SourceErrorKind::Transient { not_before } => Failure::Transient {
                message,
                not_before,
            },
            SourceErrorKind::Later { until } => Failure::Later { message, until },
            SourceErrorKind::Authentication
            | SourceErrorKind::Configuration
            | SourceErrorKind::Refused => Failure::Permanent { message },
        }
    }
}
