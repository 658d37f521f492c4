//! What of a manifest can be read here, stream by stream, for its author.

use serde::Serialize;

use super::lines::Lined;
use super::stream::StreamEntry;
use super::{Manifest, ManifestError};
use crate::components::CompileError;

/// Whether one stream can be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StreamSupport {
    /// The stream's name.
    pub stream: String,
    /// Whether it can be read.
    pub supported: bool,
    /// Why not: which component is not supported, or what is wrong in the manifest.
    pub reason: Option<String>,
    /// The line of what is in the way, else of the stream; the first line is 1.
    pub line: usize,
    /// What its author should know of a stream that can be read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// Tells every stream of a manifest's text, in its order.
///
/// # Errors
/// [`ManifestError`] when nothing of it can be used.
pub fn support(text: &str) -> Result<Vec<StreamSupport>, ManifestError> {
    let manifest = Manifest::parse(text)?;
    let lines = Lined::parse(text);
    let told = manifest.streams.iter().map(|stream| {
        let compiled = stream.compiled();
        let problem = compiled.as_ref().err().copied();
        let line = lines.as_ref().map_or(1, |lines| {
            match problem.map(|error| (error, error.path())) {
                None => lines.locate(stream.place()),
                Some((error, path)) => {
                    let path = full_path(stream, path);
                    match field(error).map(|field| format!("{path}.{field}")) {
                        Some(field) if lines.holds(&field) => lines.locate(&field),
                        _ => lines.locate(&path),
                    }
                }
            }
        });
        StreamSupport {
            stream: stream.name().to_owned(),
            supported: problem.is_none(),
            reason: problem.map(ToString::to_string),
            notes: compiled.map(|stream| stream.notes()).unwrap_or_default(),
            line,
        }
    });
    Ok(told.collect())
}

/// Errors name places from the stream's name on; the text has them below its list.
fn full_path(stream: &StreamEntry, path: &str) -> String {
    match path.strip_prefix(stream.name()) {
        Some(below) if below.is_empty() || below.starts_with('.') => {
            format!("{}{below}", stream.place())
        }
        _ => path.to_owned(),
    }
}

/// The field of a component that is in the way, as in `SimpleRetriever.pagination_reset`.
fn field(error: &CompileError) -> Option<&str> {
    match error {
        CompileError::Unsupported { component, .. } => {
            component.split_once('.').map(|(_, field)| field)
        }
        CompileError::Invalid { .. } => None,
    }
}
