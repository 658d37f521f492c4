//! An answer against the document: status, media type, headers and body.

use serde_json::Value;

use crate::problem;
use crate::route;
use crate::spec::Spec;

/// Headers that the document leaves to HTTP, and those that keep browsers safe.
const UNDOCUMENTED: [&str; 21] = [
    "access-control-allow-credentials",
    "access-control-allow-headers",
    "access-control-allow-methods",
    "access-control-allow-origin",
    "access-control-expose-headers",
    "access-control-max-age",
    "cache-control",
    "connection",
    "content-encoding",
    "content-length",
    "content-security-policy",
    "content-type",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "date",
    "referrer-policy",
    "strict-transport-security",
    "transfer-encoding",
    "vary",
    "x-content-type-options",
    "x-frame-options",
];

/// Paths that no client is generated for; what they answer well is their own affair.
const BESIDE: [&str; 3] = ["/openapi.json", "/docs", "/metrics"];

/// A request and what was answered to it.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// In capital letters.
    pub method: &'a str,
    /// With its query.
    pub path: &'a str,
    /// The answer's status.
    pub status: u16,
    /// The answer's headers, names in small letters.
    pub headers: &'a [(String, String)],
    /// The answer's body as it came.
    pub body: &'a str,
}

impl Seen<'_> {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let (_, value) = headers.find(|(found, _)| found == name)?;
        Some(value)
    }

    pub(crate) fn json(&self) -> Option<Value> {
        serde_json::from_str(self.body).ok()
    }

    pub(crate) fn is_head(&self) -> bool {
        self.method == "HEAD"
    }

    /// Only the server's own words can be read; a packed body is somebody else's format.
    fn has_readable_body(&self) -> bool {
        let encoding = self.header("content-encoding");
        !self.is_head() && encoding.is_none_or(|encoding| encoding == "identity")
    }
}

/// Everything that is wrong with an answer.
pub fn check(spec: &Spec, seen: &Seen<'_>) -> Vec<String> {
    let mut errors = Vec::new();
    let method = match seen.method {
        "HEAD" => "get".to_owned(),
        // Methods know capitals from small letters: `get` is none that the document has.
        method if method.contains(|c: char| c.is_ascii_lowercase()) => String::new(),
        method => method.to_lowercase(),
    };
    let found = route::find(&spec.document, seen.path);
    match found.map(|(_, item)| &item[&method]) {
        Some(operation) if operation.is_object() => {
            check_operation(spec, seen, operation, &mut errors);
        }
        Some(_) if method == "options" && seen.status == 204 => {
            if seen.header("allow").is_none() {
                errors.push("OPTIONS without Allow".to_owned());
            }
        }
        None if seen.status < 400 && is_beside(seen.path) => {}
        _ if seen.status < 400 => errors.push("no such operation is documented".to_owned()),
        _ => problem::check(spec, seen, &mut errors),
    }
    errors
}

fn is_beside(path: &str) -> bool {
    let path = path.split('?').next().unwrap_or_default();
    BESIDE.iter().any(|own| {
        path.strip_prefix(own)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

fn check_operation(spec: &Spec, seen: &Seen<'_>, operation: &Value, errors: &mut Vec<String>) {
    let response = &operation["responses"][seen.status.to_string()];
    if response.is_null() {
        errors.push("this status is not documented".to_owned());
        return;
    }
    let response = spec.resolve(response);
    check_headers(spec, seen, response, errors);
    if seen.has_readable_body() {
        check_body(spec, seen, response, errors);
    }
}

fn check_headers(spec: &Spec, seen: &Seen<'_>, response: &Value, errors: &mut Vec<String>) {
    let declared = response["headers"].as_object();
    for (name, header) in declared.into_iter().flatten() {
        let header = spec.resolve(header);
        match seen.header(&name.to_lowercase()) {
            Some(text) => {
                let wrong = spec.schemas.errors(&header["schema"], &read(header, text));
                errors.extend(wrong.into_iter().map(|error| format!("{name}: {error}")));
            }
            None if header["required"] == true => errors.push(format!("{name} is not there")),
            None => {}
        }
    }
    for (name, _) in seen.headers {
        let is_declared = declared
            .into_iter()
            .flatten()
            .any(|(declared, _)| declared.eq_ignore_ascii_case(name));
        if !is_declared && !UNDOCUMENTED.contains(&name.as_str()) {
            errors.push(format!("the header {name} is not documented"));
        }
    }
}

/// A header is a text that its schema may read as a number.
fn read(header: &Value, text: &str) -> Value {
    match (header["schema"]["type"].as_str(), text.parse::<i64>()) {
        (Some("integer"), Ok(number)) => number.into(),
        _ => text.into(),
    }
}

fn check_body(spec: &Spec, seen: &Seen<'_>, response: &Value, errors: &mut Vec<String>) {
    let Some(contents) = response["content"].as_object() else {
        if !seen.body.is_empty() {
            errors.push("a body where none is documented".to_owned());
        }
        return;
    };
    let media_type = seen.header("content-type").unwrap_or_default();
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    let Some(content) = contents.get(essence) else {
        errors.push(format!("the media type {media_type:?} is not documented"));
        return;
    };
    let is_json = essence.ends_with("json");
    match (content.get("schema"), seen.json()) {
        (Some(schema), Some(body)) if is_json => {
            errors.extend(spec.schemas.errors(schema, &body));
            if essence == problem::MEDIA_TYPE {
                problem::check_fields(seen, &body, errors);
            }
        }
        (_, None) if is_json => errors.push("its body is no JSON".to_owned()),
        _ => {}
    }
}
