//! From a request's path to the path of the document.

use serde_json::Value;

/// The path of the document that a request's path is an instance of. A path without a blank wins
/// over one with.
pub fn find<'a>(document: &'a Value, path: &str) -> Option<(&'a str, &'a Value)> {
    let path = path.split('?').next().unwrap_or_default();
    let paths = document["paths"].as_object()?;
    paths
        .iter()
        .filter(|(template, _)| matches(template, path))
        .min_by_key(|(template, _)| template.matches('{').count())
        .map(|(template, item)| (template.as_str(), item))
}

fn matches(template: &str, path: &str) -> bool {
    let mut parts = path.split('/');
    let fits = template.split('/').all(|wanted| {
        parts.next().is_some_and(|part| {
            if wanted.starts_with('{') {
                !part.is_empty()
            } else {
                wanted == part
            }
        })
    });
    fits && parts.next().is_none()
}
