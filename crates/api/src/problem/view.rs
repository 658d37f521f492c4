//! A problem document on the wire.

use serde::Serialize;
use utoipa::ToSchema;

use super::ErrorCode;

/// A problem document (RFC 9457, `application/problem+json`).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemView {
    /// A URI that identifies the kind of problem.
    #[serde(rename = "type")]
    #[schema(example = "urn:syncline:problem:not_found")]
    pub kind: String,
    /// A few words, the same for every occurrence of the code.
    #[schema(example = "No such thing")]
    pub title: String,
    /// The HTTP status.
    #[schema(example = 404)]
    pub status: i32,
    /// What happened this time, and what to do about it.
    #[schema(example = "there is no sync sync_01h455vb4pex5vsknk084sn02q")]
    pub detail: String,
    /// For programs; never renamed.
    pub code: ErrorCode,
    /// The fields that are wrong; empty when it is not about fields.
    pub errors: Vec<FieldError>,
    /// Names the request in the server's log; also in the header `X-Request-Id`.
    #[schema(example = "0190163d-8694-739b-aea5-966c26f8ad91")]
    pub request_id: String,
}

/// One wrong field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// Where the field is.
    pub location: Location,
    /// In a body a JSON pointer, as `/config/api_key` (empty for the whole body); else the name of
    /// the query parameter or header.
    #[schema(example = "/config/api_key")]
    pub path: String,
    /// What is wrong with it. Never repeats a value of a config.
    #[schema(example = "is required")]
    pub message: String,
}

/// Where a wrong field is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = FieldLocation)]
#[serde(rename_all = "snake_case")]
pub enum Location {
    /// In the body.
    Body,
    /// In the query.
    Query,
    /// In the headers.
    Header,
}

impl FieldError {
    /// A field of the body, by its JSON pointer.
    pub fn body(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            location: Location::Body,
            path: path.into(),
            message: message.into(),
        }
    }

    /// A query parameter.
    pub fn query(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            location: Location::Query,
            path: path.into(),
            message: message.into(),
        }
    }

    /// A header.
    pub fn header(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            location: Location::Header,
            path: path.into(),
            message: message.into(),
        }
    }
}

impl std::fmt::Display for FieldError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.location, self.path.as_str()) {
            (Location::Body, "") => write!(f, "the body {}", self.message),
            (_, path) => write!(f, "{path} {}", self.message),
        }
    }
}
