//! One kind of outside system: a name and its manifest.

use std::sync::Arc;

use crate::manifest::{Manifest, ManifestError};
use crate::text::sha256_hex;

/// A provider as its manifest describes it, or with the reason why it cannot be used.
#[derive(Debug, Clone)]
pub struct Provider {
    name: String,
    content_hash: String,
    text: Arc<str>,
    manifest: Result<Arc<Manifest>, Arc<ManifestError>>,
}

impl Provider {
    /// Compiles a manifest's text, as read from a file or from the database.
    pub fn compile(name: impl Into<String>, text: impl Into<String>) -> Self {
        let text = text.into();
        Self {
            name: name.into(),
            content_hash: sha256_hex(&text),
            manifest: Manifest::parse(&text).map(Arc::new).map_err(Arc::new),
            text: text.into(),
        }
    }

    /// A provider whose file could not be read.
    pub(crate) fn unreadable(name: String, error: &std::io::Error) -> Self {
        Self {
            name,
            content_hash: sha256_hex(""),
            text: Arc::from(""),
            manifest: Err(Arc::new(ManifestError::Unreadable(error.to_string()))),
        }
    }

    /// What connections call it: the file's name without its ending.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The SHA-256 of the text, in hexadecimal digits: a sync names it, so that every worker
    /// runs the same manifest.
    pub fn content_hash(&self) -> &str {
        &self.content_hash
    }

    /// The manifest as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The manifest, ready to be used.
    ///
    /// # Errors
    /// Why the whole manifest cannot be used. One stream that cannot run is not an error: see
    /// [`StreamInfo::unsupported_reason`](crate::StreamInfo::unsupported_reason).
    pub fn manifest(&self) -> Result<&Arc<Manifest>, &ManifestError> {
        self.manifest.as_ref().map_err(AsRef::as_ref)
    }
}
