//! Headers that every answer has, and which of the declared ones are always sent.

use serde_json::{Value, json};

use super::walk::{operations_mut, shared_statuses};

/// Of every answer, whatever its status: name, `format` of the text, and what it says.
const EVERYWHERE: [(&str, &str, &str); 1] = [(
    "X-Request-Id",
    "uuid",
    "Names the request in the server's log.",
)];

/// Of every answer to a caller whose token is limited: name, example, and what it says.
const LIMITED: [(&str, &str, &str); 2] = [
    (
        "RateLimit",
        "\"token\";r=59999;t=1",
        "What is left of the quota: `r` requests now, another in `t` seconds (IETF draft).",
    ),
    (
        "RateLimit-Policy",
        "\"token\";q=60000;w=60",
        "The quota: `q` requests in `w` seconds (IETF draft).",
    ),
];

/// Always sent where they are declared.
const ALWAYS: [&str; 4] = ["X-Request-Id", "WWW-Authenticate", "Location", "Allow"];

/// Always sent by this operation.
const BY_OPERATION: [(&str, &str); 2] = [
    ("request_sync", "Syncline-Batch-Id"),
    ("list_records", "Next-Cursor"),
];

/// Always sent with this status.
const BY_STATUS: [(&str, &str); 2] = [("429", "Retry-After"), ("503", "Retry-After")];

/// Declares what is sent everywhere, and says which headers a caller may rely on.
pub fn complete(document: &mut Value) {
    for (path, _, operation) in operations_mut(document) {
        let is_limited = path.starts_with("/v2/");
        let id = operation["operationId"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        let responses = operation["responses"].as_object_mut();
        for (status, response) in responses.into_iter().flatten() {
            if response.get("$ref").is_none() {
                declare(response, is_limited);
                require(response, |header| {
                    BY_OPERATION.contains(&(id.as_str(), header))
                        || BY_STATUS.contains(&(status.as_str(), header))
                });
            }
        }
    }
    let statuses = shared_statuses(document);
    let shared = document.pointer_mut("/components/responses");
    let shared = shared.and_then(Value::as_object_mut);
    for (name, response) in shared.into_iter().flatten() {
        let status = statuses.get(name).map_or("", String::as_str);
        declare(response, true);
        require(response, |header| BY_STATUS.contains(&(status, header)));
    }
}

fn declare(response: &mut Value, is_limited: bool) {
    for (name, format, description) in EVERYWHERE {
        response["headers"][name] = json!({
            "schema": { "type": "string", "format": format },
            "description": description,
        });
    }
    for (name, example, description) in LIMITED.into_iter().filter(|_| is_limited) {
        response["headers"][name] = json!({
            "schema": { "type": "string", "example": example },
            "description": description,
        });
    }
}

fn require(response: &mut Value, also: impl Fn(&str) -> bool) {
    let headers = response.get_mut("headers").and_then(Value::as_object_mut);
    for (name, header) in headers.into_iter().flatten() {
        if ALWAYS.contains(&name.as_str()) || also(name) {
            header["required"] = json!(true);
        }
    }
}
