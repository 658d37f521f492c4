//! Why a whole manifest cannot be used.

/// A manifest that cannot be used at all. What is wrong with one stream is told by that stream.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// The file could not be read.
    #[error("the manifest cannot be read: {0}")]
    Unreadable(String),
    /// It is not YAML.
    #[error("the manifest is not valid YAML: line {line}, column {column}: {message}")]
    Syntax {
        /// The first line is 1.
        line: usize,
        /// The first column is 1.
        column: usize,
        /// What is wrong there.
        message: String,
    },
    /// It is YAML, but not a manifest.
    #[error("the file is not a manifest: {0}")]
    NotAManifest(String),
    /// The specification of its configuration cannot be used.
    #[error("the manifest's spec cannot be used: {0}")]
    Spec(String),
}
