//! A document, read for checking.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde_json::Value;

use crate::answer::{self, Seen};
use crate::schemas::Schemas;

/// An OpenAPI document, ready to check answers.
#[derive(Debug)]
pub struct Spec {
    pub(crate) document: Value,
    pub(crate) schemas: Schemas,
}

impl Spec {
    /// Of a 3.1 document.
    pub fn new(document: Value) -> Self {
        Self {
            schemas: Schemas::new(&document),
            document,
        }
    }

    /// `openapi/openapi.json`, read once.
    ///
    /// # Panics
    /// When it cannot be read.
    pub fn committed() -> &'static Self {
        static SPEC: OnceLock<Spec> = OnceLock::new();
        SPEC.get_or_init(|| Self::new(Self::file("openapi.json")))
    }

    /// A document below `openapi/`.
    ///
    /// # Panics
    /// When it cannot be read.
    #[expect(clippy::panic, reason = "without the document no test means anything")]
    pub fn file(name: &str) -> Value {
        let path = directory().join(name);
        let text = std::fs::read_to_string(&path);
        let document = text.map(|text| serde_json::from_str(&text));
        match document {
            Ok(Ok(document)) => document,
            other => panic!("{} cannot be read: {other:?}", path.display()),
        }
    }

    /// Everything that is wrong with an answer; empty when it is what the document says.
    pub fn check(&self, seen: &Seen<'_>) -> Vec<String> {
        answer::check(self, seen)
    }

    /// What a reference points at, or the value itself.
    pub(crate) fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        match value["$ref"].as_str() {
            Some(reference) => self
                .document
                .pointer(reference.trim_start_matches('#'))
                .unwrap_or(&Value::Null),
            None => value,
        }
    }
}

/// Where the documents lie.
pub fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../openapi")
}
