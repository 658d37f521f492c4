//! Each way in which an answer can break the document is found.

use serde_json::{Value, json};
use syncline_openapi_checks::{Seen, Spec};

const ID: &str = "0190163d-8694-739b-aea5-966c26f8ad91";

fn spec() -> Spec {
    let request_id = json!({ "required": true, "schema": { "type": "string", "format": "uuid" } });
    let problem = json!({
        "headers": { "X-Request-Id": request_id },
        "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } },
    });
    Spec::new(json!({
        "paths": {
            "/things/{id}": {
                "get": { "responses": {
                    "200": {
                        "headers": {
                            "X-Request-Id": request_id,
                            "Retry-After": { "schema": { "type": "integer" } },
                        },
                        "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Thing" } } },
                    },
                    "404": { "$ref": "#/components/responses/NotFound" },
                } },
                "delete": { "responses": { "204": { "headers": { "X-Request-Id": request_id } } } },
            },
            "/things/all": { "get": { "responses": { "204": { "headers": { "X-Request-Id": request_id } } } } },
        },
        "components": {
            "responses": { "NotFound": problem },
            "schemas": {
                "Thing": { "type": "object", "required": ["id"], "properties": { "id": { "type": "string" } } },
                "Problem": {
                    "type": "object",
                    "required": ["type", "status", "code", "request_id"],
                    "properties": {
                        "type": { "type": "string" },
                        "status": { "type": "integer" },
                        "code": { "type": "string" },
                        "request_id": { "type": "string" },
                    },
                },
            },
        },
    }))
}

/// What is wrong with an answer that has these headers beside its request id.
fn wrong(request: &str, status: u16, headers: &[(&str, &str)], body: &Value) -> Vec<String> {
    let (method, path) = request.split_once(' ').unwrap();
    let headers: Vec<(String, String)> = headers
        .iter()
        .chain(&[("x-request-id", ID)])
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let body = match body {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        body => body.to_string(),
    };
    spec().check(&Seen {
        method,
        path,
        status,
        headers: &headers,
        body: &body,
    })
}

const JSON: (&str, &str) = ("content-type", "application/json");
const PROBLEM: (&str, &str) = ("content-type", "application/problem+json");

fn problem(status: u16) -> Value {
    json!({ "type": "urn:syncline:problem:it", "status": status, "code": "it", "request_id": ID })
}

#[test]
fn what_is_documented_is_right() {
    let thing = json!({ "id": "a" });
    let none = Vec::<String>::new();
    assert_eq!(
        wrong(
            "GET /things/1?a=b",
            200,
            &[JSON, ("retry-after", "2")],
            &thing
        ),
        none
    );
    assert_eq!(wrong("HEAD /things/1", 200, &[JSON], &Value::Null), none);
    let packed = [JSON, ("content-encoding", "gzip")];
    assert_eq!(wrong("GET /things/1", 200, &packed, &json!("\u{1f}")), none);
    assert_eq!(wrong("GET /things/1", 404, &[PROBLEM], &problem(404)), none);
    assert_eq!(wrong("DELETE /things/1", 204, &[], &Value::Null), none);
    assert_eq!(
        wrong("GET /things/all", 204, &[], &Value::Null),
        none,
        "the literal path wins"
    );
    assert_eq!(
        wrong("OPTIONS /things/1", 204, &[("allow", "GET")], &Value::Null),
        none
    );
    assert_eq!(
        wrong(
            "PUT /things/1",
            405,
            &[PROBLEM, ("allow", "GET")],
            &problem(405)
        ),
        none
    );
    assert_eq!(
        wrong("GET /elsewhere", 404, &[PROBLEM], &problem(404)),
        none
    );
    assert_eq!(
        wrong(
            "GET /docs",
            200,
            &[("content-type", "text/html")],
            &json!("<p>")
        ),
        none
    );
}

#[test]
fn every_deviation_is_found() {
    let thing = json!({ "id": "a" });
    let mut other = problem(404);
    other["request_id"] = json!("another");
    let mut misnamed = problem(404);
    misnamed["type"] = json!("about:blank");
    for (answer, message) in [
        (
            wrong("GET /things/1", 418, &[PROBLEM], &problem(418)),
            "status is not documented",
        ),
        (
            wrong("GET /things/1", 200, &[PROBLEM], &thing),
            "media type",
        ),
        (wrong("GET /things/1", 200, &[], &thing), "media type"),
        (wrong("GET /things/1", 200, &[JSON], &json!("{")), "no JSON"),
        (
            wrong("GET /things/1", 200, &[JSON], &json!({ "id": 1 })),
            "is not of type",
        ),
        (
            wrong("GET /things/1", 200, &[JSON], &json!({ "id": "a", "b": 1 })),
            "dditional",
        ),
        (
            wrong(
                "GET /things/1",
                200,
                &[JSON, ("retry-after", "soon")],
                &thing,
            ),
            "Retry-After",
        ),
        (
            wrong("GET /things/1", 200, &[JSON, ("x-secret", "1")], &thing),
            "x-secret is not documented",
        ),
        (
            wrong("GET /things/1", 404, &[PROBLEM], &problem(410)),
            "status is 410",
        ),
        (
            wrong("GET /things/1", 404, &[PROBLEM], &other),
            "request_id",
        ),
        (
            wrong("GET /things/1", 404, &[PROBLEM], &misnamed),
            "type is not",
        ),
        (
            wrong("DELETE /things/1", 204, &[], &thing),
            "a body where none",
        ),
        (
            wrong("PUT /things/1", 200, &[JSON], &thing),
            "no such operation",
        ),
        (
            wrong("PUT /things/1", 405, &[PROBLEM], &problem(405)),
            "405 without Allow",
        ),
        (
            wrong("OPTIONS /things/1", 204, &[], &Value::Null),
            "OPTIONS without Allow",
        ),
        (
            wrong(
                "GET /elsewhere",
                404,
                &[("content-type", "text/plain")],
                &json!("no"),
            ),
            "should be",
        ),
    ] {
        let found = answer.iter().any(|error| error.contains(message));
        assert!(found, "{message}: {answer:?}");
    }
}

#[test]
fn a_header_that_is_always_sent_is_missed() {
    let body = json!({ "id": "a" }).to_string();
    let headers = [("content-type".to_owned(), "application/json".to_owned())];
    let errors = spec().check(&Seen {
        method: "GET",
        path: "/things/1",
        status: 200,
        headers: &headers,
        body: &body,
    });
    assert_eq!(errors, ["X-Request-Id is not there"]);
}
