//! What of a manifest can be read here, stream by stream, for its author.

use serde::Serialize;

use super::lines::Lined;
use super::stream::StreamEntry;
use super::{Manifest, ManifestError};
use crate::components::CompileError;

/// What cannot be known of a template without a configuration.
const NAMED: &str = "a template, whose streams a configuration names";
/// What cannot be known of a template without a provider.
const FOUND: &str = "a template, whose streams are found at the provider";

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
    Ok(told(&manifest, text))
}

/// As [`support`], with the streams of a connection.
pub fn support_of(manifest: &Manifest, text: &str) -> Vec<StreamSupport> {
    told(manifest, text)
}

fn told(manifest: &Manifest, text: &str) -> Vec<StreamSupport> {
    let lines = Lined::parse(text);
    let told = manifest.streams.iter().map(|stream| {
        let template = stream.as_template();
        let unsupported = template.map(|dynamic| dynamic.unsupported());
        let compiled = template.is_none().then(|| stream.compiled());
        let problem = match &unsupported {
            Some(unsupported) => unsupported.as_ref(),
            None => compiled.and_then(Result::err),
        };
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
            reason: problem.map(|error| stream.clean(&error.to_string())),
            notes: match (template, compiled) {
                (Some(_), _) if problem.is_some() => Vec::new(),
                (Some(dynamic), _) if dynamic.asks().is_some() => vec![FOUND.to_owned()],
                (Some(_), _) => vec![NAMED.to_owned()],
                (None, Some(Ok(compiled))) => compiled.notes(),
                (None, Some(Err(_)) | None) => Vec::new(),
            },
            line,
        }
    });
    told.collect()
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
