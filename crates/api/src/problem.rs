//! Every error answer: a problem document (RFC 9457).

pub mod code;
mod render;
mod store;
mod view;

use std::error::Error;

pub use code::ErrorCode;
pub use render::Rendered;
pub use view::{FieldError, Location, ProblemView};

/// Why a request is not done. Becomes a [`ProblemView`] when it is answered.
#[derive(Debug)]
pub struct Problem {
    /// For programs.
    pub code: ErrorCode,
    /// For people: what happened and what to do about it.
    pub detail: String,
    /// The fields that are wrong.
    pub errors: Vec<FieldError>,
    /// What methods there are, for [`ErrorCode::MethodNotAllowed`].
    pub allow: Option<String>,
    /// Further headers that belong to the answer.
    pub headers: Vec<(&'static str, String)>,
    /// For the log, never for the caller.
    pub source: Option<Box<dyn Error + Send + Sync>>,
}

impl Problem {
    /// A problem without fields.
    pub fn new(code: ErrorCode, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: detail.into(),
            errors: Vec::new(),
            allow: None,
            headers: Vec::new(),
            source: None,
        }
    }

    /// Wrong fields. The detail names the first.
    pub fn fields(code: ErrorCode, errors: Vec<FieldError>) -> Self {
        let detail = match errors.as_slice() {
            [] => code.title().to_owned(),
            [only] => only.to_string(),
            [first, rest @ ..] => format!("{first}; and {} more", rest.len()),
        };
        Self {
            errors,
            ..Self::new(code, detail)
        }
    }

    /// No such thing in this organization, or not an id at all.
    pub fn not_found(what: &str, id: &str) -> Self {
        Self::new(ErrorCode::NotFound, format!("there is no {what} `{id}`"))
    }

    /// An error of the server. The caller gets no more than the request id.
    pub fn internal(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self {
            source: Some(source.into()),
            ..Self::new(
                ErrorCode::Internal,
                "an error of the server: its log tells more under this request_id",
            )
        }
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.code.as_str(), self.detail)
    }
}

impl Error for Problem {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source
            .as_deref()
            .map(|source| source as &(dyn Error + 'static))
    }
}

/// Without the request id; the outermost middleware renders it again with one.
impl actix_web::ResponseError for Problem {
    fn status_code(&self) -> actix_web::http::StatusCode {
        render::status_code(self.code)
    }

    fn error_response(&self) -> actix_web::HttpResponse {
        self.render("")
    }
}
