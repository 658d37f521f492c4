//! What an error answer says of itself, in words.

use serde_json::Value;

use super::answer::Body;
use crate::redact::Redactor;

/// No snippet of an answer is longer.
pub(super) const MAX_SNIPPET: usize = 200;

/// Where providers put their messages, the likeliest first.
const FIELDS: [&str; 13] = [
    "message",
    "messages",
    "error",
    "errors",
    "failures",
    "failure",
    "detail",
    "details",
    "err",
    "error_message",
    "msg",
    "reason",
    "title",
];

/// Where the reference looks for the message that error handlers compare.
const WHOLE_FIELDS: [&str; 12] = [
    "message",
    "messages",
    "error",
    "errors",
    "failures",
    "failure",
    "detail",
    "err",
    "error_message",
    "msg",
    "reason",
    "status_message",
];

/// The message of an error's body: the field that usually holds it, or else its beginning.
pub(super) fn of(body: &Body, redactor: &Redactor) -> Option<String> {
    let text = match body.json() {
        Some(json) => find(&json).unwrap_or_else(|| json.to_string()),
        None => String::from_utf8_lossy(body.bytes()?.get(..2000).or(body.bytes())?).into_owned(),
    };
    let text = redactor.excerpt(&text, MAX_SNIPPET);
    (!text.is_empty()).then_some(text)
}

/// The whole message, as error handlers compare it: the fields that the reference knows, or the
/// whole text of a body that is not JSON.
pub(super) fn whole(body: &Body) -> Option<String> {
    match body.json() {
        Some(json) => find_whole(&json),
        None => String::from_utf8(body.bytes()?.to_vec()).ok(),
    }
}

fn find_whole(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Array(items) => {
            let texts: Vec<_> = items.iter().filter_map(find_whole).collect();
            Some(texts.join(", "))
        }
        Value::Object(map) => {
            let mut fields = WHOLE_FIELDS.iter().filter_map(|field| map.get(*field));
            fields
                .find(|value| crate::template::python::is_truthy(value))
                .and_then(find_whole)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

fn find(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Array(items) => {
            let texts: Vec<_> = items.iter().filter_map(find).collect();
            (!texts.is_empty()).then(|| texts.join(", "))
        }
        Value::Object(map) => FIELDS
            .iter()
            .find_map(|field| map.get(*field).and_then(find)),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}
