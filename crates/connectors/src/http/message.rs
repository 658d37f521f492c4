//! What an error answer says of itself, in words.

use serde_json::Value;

use super::answer::Body;
use crate::text::cut;

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

/// The message of an error's body: the field that usually holds it, or else its beginning.
pub(super) fn of(body: &Body) -> Option<String> {
    let text = match body.json() {
        Some(json) => find(&json).unwrap_or_else(|| json.to_string()),
        None => String::from_utf8_lossy(body.bytes()?.get(..2000).or(body.bytes())?).into_owned(),
    };
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    (!text.is_empty()).then(|| cut(&text, MAX_SNIPPET))
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
