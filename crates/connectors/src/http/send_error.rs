//! Why a request has no answer.

use std::time::Duration;

use super::client;
use super::guard::Refused;
use crate::error::SourceErrorKind;

/// Why there is no answer.
#[derive(Debug)]
pub(super) struct SendError {
    /// For people, without the URL.
    pub(super) message: String,
    /// What it means for the sync, unless another try helps.
    pub(super) kind: SourceErrorKind,
    pub(super) source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl SendError {
    /// Another try may help.
    pub(super) fn passing(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            kind: SourceErrorKind::Transient { not_before: None },
            source: None,
        }
    }

    /// The provider's answer cannot be taken, now or later.
    pub(super) fn refused(message: impl Into<String>) -> Self {
        Self {
            kind: SourceErrorKind::Refused,
            ..Self::passing(message)
        }
    }

    /// A wait that was too long.
    pub(super) fn timed_out(what: &str, limit: Duration) -> Self {
        Self::passing(format!("{what} {} s", limit.as_secs_f64()))
    }
}

impl From<&Refused> for SendError {
    fn from(refused: &Refused) -> Self {
        Self {
            kind: SourceErrorKind::Configuration,
            ..Self::passing(refused.to_string())
        }
    }
}

impl From<reqwest::Error> for SendError {
    fn from(error: reqwest::Error) -> Self {
        if let Some(refused) = client::refusal(&error) {
            return refused.into();
        }
        let error = error.without_url();
        let passing = if error.is_builder() {
            let message = "cannot be asked: the request is not valid";
            return Self {
                source: Some(Box::new(error)),
                ..Self::refused(message)
            };
        } else if error.is_timeout() {
            "did not answer in time"
        } else if error.is_connect() {
            "cannot be reached"
        } else if error.is_body() || error.is_decode() {
            "broke off inside its answer"
        } else {
            "closed the connection without an answer"
        };
        Self {
            source: Some(Box::new(error)),
            ..Self::passing(passing)
        }
    }
}
