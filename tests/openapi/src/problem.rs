//! What every problem document keeps, beside its schema.

use serde_json::Value;

use crate::answer::Seen;
use crate::spec::Spec;

pub const MEDIA_TYPE: &str = "application/problem+json";

/// An error that belongs to no operation: there is no such path, or not with this method.
pub fn check(spec: &Spec, seen: &Seen<'_>, errors: &mut Vec<String>) {
    if seen.header("content-type") != Some(MEDIA_TYPE) {
        errors.push(format!("an error should be {MEDIA_TYPE}"));
        return;
    }
    let schema = serde_json::json!({ "$ref": "#/components/schemas/Problem" });
    if let Some(body) = seen.json() {
        errors.extend(spec.schemas.errors(&schema, &body));
        check_fields(seen, &body, errors);
    } else if !seen.is_head() {
        errors.push("its body is no JSON".to_owned());
    }
    if seen.status == 405 && seen.header("allow").is_none() {
        errors.push("405 without Allow".to_owned());
    }
}

/// The body repeats the status and the header's request id, and its type names its code.
pub fn check_fields(seen: &Seen<'_>, body: &Value, errors: &mut Vec<String>) {
    if body["status"] != seen.status {
        errors.push(format!("the problem's status is {}", body["status"]));
    }
    if body["request_id"].as_str() != seen.header("x-request-id") {
        errors.push("the problem's request_id is not X-Request-Id".to_owned());
    }
    let kind = format!(
        "urn:syncline:problem:{}",
        body["code"].as_str().unwrap_or_default()
    );
    if body["type"].as_str() != Some(&kind) {
        errors.push(format!("the problem's type is not {kind}"));
    }
}
