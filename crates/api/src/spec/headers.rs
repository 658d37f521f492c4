//! Headers that every answer has, and which of the declared ones are always sent.

use serde_json::{Value, json};

use super::walk::{operations_mut, shared_statuses};

/// Of every answer, whatever its status: name, `format` of the text, and what it says.
const EVERYWHERE: [(&str, &str, &str); 1] = [(
    "X-Request-Id",
    "uuid",
    "Names the request in the server's log.",
)];

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
    for (_, _, operation) in operations_mut(document) {
        let id = operation["operationId"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        let responses = operation["responses"].as_object_mut();
        for (status, response) in responses.into_iter().flatten() {
            if response.get("$ref").is_none() {
                declare(response);
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
        declare(response);
        require(response, |header| BY_STATUS.contains(&(status, header)));
    }
}

fn declare(response: &mut Value) {
    for (name, format, description) in EVERYWHERE {
        response["headers"][name] = json!({
            "schema": { "type": "string", "format": format },
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
