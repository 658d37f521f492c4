//! What a handler answers: a status, a few headers, and JSON.

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, Responder};
use serde::Serialize;
use syncline_store::idempotency::StoredAnswer;

use crate::problem::Problem;

/// A good answer. It can be stored and given again.
#[derive(Debug)]
pub struct Answer {
    given: StoredAnswer,
    /// The body to be stored, where it is another.
    kept: Option<String>,
}

impl Answer {
    /// 200.
    ///
    /// # Errors
    /// Never, but for an error of the server.
    pub fn ok<T: Serialize>(view: &T) -> Result<Self, Problem> {
        Self::json(200, view)
    }

    /// 201.
    ///
    /// # Errors
    /// Never, but for an error of the server.
    pub fn created<T: Serialize>(view: &T) -> Result<Self, Problem> {
        Self::json(201, view)
    }

    /// 204.
    pub fn no_content() -> Self {
        Self::new(204, String::new())
    }

    /// With a header.
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.given.headers.push((name.to_owned(), value.into()));
        self
    }

    /// Its status.
    pub fn status(&self) -> u16 {
        self.given.status
    }

    /// The id of what was made, which ends its `Location`.
    pub fn made(&self) -> Option<&str> {
        let mut headers = self.given.headers.iter();
        let (_, location) = headers.find(|(name, _)| name == "Location")?;
        location.rsplit('/').next()
    }

    /// To be given again with this view instead: what is shown once is not stored.
    ///
    /// # Errors
    /// Never, but for an error of the server.
    pub fn keep<T: Serialize>(self, view: &T) -> Result<Self, Problem> {
        let kept = serde_json::to_string(view).map_err(Problem::internal)?;
        Ok(Self {
            kept: Some(kept),
            ..self
        })
    }

    /// To be stored under an idempotency key.
    pub fn to_stored(&self) -> StoredAnswer {
        let mut stored = self.given.clone();
        if let Some(kept) = &self.kept {
            stored.body.clone_from(kept);
        }
        stored
    }

    /// An answer that was given before.
    pub fn replayed(stored: StoredAnswer) -> Self {
        let answer = Self {
            given: stored,
            kept: None,
        };
        answer.header("Idempotency-Replayed", "true")
    }

    fn json<T: Serialize>(status: u16, view: &T) -> Result<Self, Problem> {
        let body = serde_json::to_string(view).map_err(Problem::internal)?;
        Ok(Self::new(status, body))
    }

    fn new(status: u16, body: String) -> Self {
        Self {
            given: StoredAnswer {
                status,
                headers: Vec::new(),
                body,
            },
            kept: None,
        }
    }
}

impl Responder for Answer {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        let StoredAnswer {
            status,
            headers,
            body,
        } = self.given;
        let mut answer = HttpResponse::build(StatusCode::from_u16(status).unwrap_or_default());
        for (name, value) in headers {
            answer.insert_header((name, value));
        }
        if body.is_empty() {
            return answer.finish();
        }
        answer.content_type("application/json").body(body)
    }
}
