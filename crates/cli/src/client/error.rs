//! Why a server did not do what it was asked.

use std::error::Error;

use serde::Deserialize;

use crate::exit::Exit;

/// No answer, or not the wanted one.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// Not an address of a server.
    #[error("`{0}` is not the URL of a server: write http://host:port or https://host")]
    BadUrl(String),
    /// There is no token to show.
    #[error(
        "no API token: give --token-file, set SYNCLINE_TOKEN, or make one with `syncline token create`"
    )]
    NoToken,
    /// This machine cannot make requests at all.
    #[error("this machine cannot make HTTP requests: {0}")]
    Setup(String),
    /// Nobody answered.
    #[error("the server at {url} does not answer: {reason}")]
    Unreachable {
        /// Where it should be.
        url: String,
        /// What happened instead.
        reason: String,
    },
    /// It said no.
    #[error("the server at {url} refused ({status}): {detail}")]
    Refused {
        /// Where it is.
        url: String,
        /// The HTTP status.
        status: u16,
        /// Why, and what to do.
        detail: String,
    },
    /// It said something that is not from this API.
    #[error("the server at {url} gave an answer that is not Syncline's")]
    Nonsense {
        /// Where it is.
        url: String,
        /// What does not fit.
        #[source]
        source: serde_json::Error,
    },
}

/// What is read of a problem document.
#[derive(Debug, Deserialize)]
struct Problem {
    detail: String,
    #[serde(default)]
    errors: Vec<FieldProblem>,
}

#[derive(Debug, Deserialize)]
struct FieldProblem {
    path: String,
    message: String,
}

impl ClientError {
    pub(super) fn setup(error: reqwest::Error) -> Self {
        Self::Setup(innermost(&error))
    }

    pub(super) fn unreachable(url: &str, error: reqwest::Error) -> Self {
        Self::Unreachable {
            url: url.to_owned(),
            reason: innermost(&error.without_url()),
        }
    }

    /// From an answer that is no success.
    pub(super) fn refused(url: &str, status: u16, body: &[u8]) -> Self {
        let detail = match serde_json::from_slice::<Problem>(body) {
            Ok(Problem { detail, errors }) => {
                let fields = errors
                    .into_iter()
                    .map(|FieldProblem { path, message }| format!("{path} {message}"));
                let fields: Vec<_> = fields
                    .filter(|field| !detail.contains(field.trim()))
                    .collect();
                if fields.is_empty() {
                    detail
                } else {
                    format!("{detail} ({})", fields.join("; "))
                }
            }
            Err(_) => "it gave no reason".to_owned(),
        };
        Self::Refused {
            url: url.to_owned(),
            status,
            detail,
        }
    }

    /// How a command ends because of it.
    pub fn exit(&self) -> Exit {
        match self {
            Self::BadUrl(_) | Self::NoToken => Exit::Usage,
            Self::Setup(_) => Exit::Failed,
            Self::Unreachable { .. } | Self::Refused { .. } | Self::Nonsense { .. } => {
                Exit::Refused
            }
        }
    }

    /// Whether the same request may succeed in a moment.
    pub fn passes(&self) -> bool {
        match self {
            Self::Unreachable { .. } => true,
            Self::Refused { status, .. } => matches!(status, 429 | 502 | 503 | 504),
            Self::BadUrl(_) | Self::NoToken | Self::Setup(_) | Self::Nonsense { .. } => false,
        }
    }
}

/// The cause of causes: what the system said, without the layers between.
fn innermost(error: &dyn Error) -> String {
    let mut deepest = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    deepest.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_told_with_its_fields() {
        let body = br#"{"detail": "The body is wrong.", "errors": [{"path": "/models/0", "message": "is unknown"}]}"#;
        assert_eq!(
            ClientError::refused("http://x/", 422, body).to_string(),
            "the server at http://x/ refused (422): The body is wrong. (/models/0 is unknown)"
        );
        assert!(!ClientError::refused("http://x/", 422, body).passes());
    }

    #[test]
    fn an_answer_of_a_stranger_is_told_too() {
        let error = ClientError::refused("http://x/", 503, b"<html>");
        assert_eq!(
            error.to_string(),
            "the server at http://x/ refused (503): it gave no reason"
        );
        assert!(error.passes());
    }
}
