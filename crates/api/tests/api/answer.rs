//! An answer, and JSON without what differs from run to run.

use actix_web::http::header::HeaderMap;
use serde_json::Value;
use syncline_openapi_checks::{Seen, Spec};

/// A whole answer.
#[derive(Debug, Clone)]
pub struct Answer {
    pub request: String,
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
    pub json: Value,
}

impl Answer {
    /// Holds every answer to `openapi/openapi.json`.
    #[track_caller]
    pub fn check(&self) {
        let (method, path) = self.request.split_once(' ').unwrap();
        let headers: Vec<(String, String)> = self
            .headers
            .iter()
            .map(|(name, value)| {
                let value = String::from_utf8_lossy(value.as_bytes());
                (name.as_str().to_owned(), value.into_owned())
            })
            .collect();
        let errors = Spec::committed().check(&Seen {
            method,
            path,
            status: self.status,
            headers: &headers,
            body: &self.text,
        });
        assert!(
            errors.is_empty(),
            "{} answered {}, which openapi/openapi.json does not say: {}\n{}",
            self.request,
            self.status,
            errors.join("; "),
            self.text
        );
    }

    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}: {}", self.request, self.text);
        self
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// Status and code of an error, which must be a problem document with the request's id.
    #[track_caller]
    pub fn problem(&self) -> (u16, &str) {
        let name = format!("{}: {}", self.request, self.text);
        assert_eq!(
            self.header("content-type"),
            Some("application/problem+json"),
            "{name}"
        );
        assert_eq!(self.json["status"], self.status, "{name}");
        assert_eq!(
            self.json["request_id"].as_str(),
            self.header("x-request-id"),
            "{name}"
        );
        assert!(
            self.json["request_id"].as_str().unwrap().len() > 30,
            "{name}"
        );
        (self.status, self.json["code"].as_str().unwrap())
    }

    /// `path: message` of each wrong field.
    pub fn field_errors(&self) -> Vec<String> {
        let errors = self.json["errors"].as_array().unwrap();
        errors
            .iter()
            .map(|e| {
                format!(
                    "{} {}",
                    e["path"].as_str().unwrap(),
                    e["message"].as_str().unwrap()
                )
            })
            .collect()
    }

    /// The `id` of the answer.
    #[track_caller]
    pub fn id(&self) -> String {
        self.json["id"]
            .as_str()
            .unwrap_or_else(|| panic!("no id: {}", self.text))
            .to_owned()
    }

    /// The `id` of each item.
    pub fn ids(&self) -> Vec<String> {
        let items = self.json.as_array().unwrap();
        items
            .iter()
            .map(|item| item["id"].as_str().unwrap().to_owned())
            .collect()
    }

    /// The body without random ids and hashes, for snapshots.
    pub fn redacted(&self) -> Value {
        redact(self.json.clone())
    }
}

pub fn redact(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(redact_text(text)),
        Value::Array(items) => items.into_iter().map(redact).collect(),
        Value::Object(map) => map
            .into_iter()
            .map(|(key, value)| (key, redact(value)))
            .collect(),
        other => other,
    }
}

fn redact_text(text: String) -> String {
    let suffix = text.rsplit('_').next().unwrap_or_default();
    let is_word = suffix
        .chars()
        .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    if suffix.len() == 26 && is_word && suffix.len() < text.len() {
        format!("{}_…", &text[..text.len() - 27])
    } else if text.len() == 36 && text.matches('-').count() == 4 {
        "uuid".to_owned()
    } else if text.len() == 64 && text.chars().all(|c| c.is_ascii_hexdigit()) {
        "sha256".to_owned()
    } else {
        text
    }
}
