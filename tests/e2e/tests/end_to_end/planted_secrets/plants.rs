//! What is planted, and the manifest that sends it.

use serde_json::{Value, json};

/// A part of each secret that no encoding of URLs, JSON or HTML changes, and that stands nowhere
/// else.
pub const MARKS: [&str; 7] = [
    "pl4ntA7w",
    "pl4ntB8x",
    "pl4ntC9y",
    "pl4ntD0z",
    "pl4ntE1v",
    "pl4ntF2u",
    "4825190673",
];

/// A stream, and whether the provider's words reach the sync's `error`.
pub struct Stream {
    pub name: &'static str,
    pub is_told: bool,
}

const fn told(name: &'static str) -> Stream {
    Stream {
        name,
        is_told: true,
    }
}

const fn untold(name: &'static str) -> Stream {
    Stream {
        name,
        is_told: false,
    }
}

/// Each provokes one way of giving a secret back.
pub const STREAMS: [Stream; 12] = [
    told("unauthorized"),
    told("basic"),
    told("query"),
    told("number"),
    told("nested"),
    told("document"),
    told("long"),
    told("redirected"),
    untold("redirected_away"),
    told("garbage"),
    told("odd_record"),
    told("paged"),
];

pub fn config(url: &str) -> Value {
    let account = json!({
        "type": "service",
        "private_key": "-----BEGIN KEY-----\npl4ntE1v0123456789ab\nMIIEvQIBADANBgkqhkiG\n-----END KEY-----\n",
    });
    json!({
        "base_url": url,
        "api_token": "tk/pl4ntA7w+\"&=x",
        "username": "gardener",
        "password": "pw:pl4ntB8x%q\\zz",
        "query_key": "qk pl4ntC9y&+/é",
        "pin": 482_519_067_348_251_i64,
        "service_account": account.to_string(),
        "credentials": { "kind": "client", "client_secret": "cs-pl4ntD0z'\"<b>" },
    })
}

pub fn manifest() -> Value {
    let streams: Vec<Value> = STREAMS
        .iter()
        .map(|stream| self::stream(stream.name))
        .collect();
    json!({
        "version": "6.0.0",
        "type": "DeclarativeSource",
        "check": { "type": "CheckStream", "stream_names": ["unauthorized"] },
        "streams": streams,
        "spec": { "type": "Spec", "connection_specification": specification() },
    })
}

fn specification() -> Value {
    let secret = || json!({ "type": "string", "airbyte_secret": true });
    json!({
        "type": "object",
        "required": ["base_url"],
        "properties": {
            "base_url": { "type": "string" },
            "api_token": secret(),
            "username": { "type": "string" },
            "password": secret(),
            "query_key": secret(),
            "pin": { "type": "integer", "airbyte_secret": true },
            "service_account": secret(),
            "credentials": { "type": "object", "oneOf": [{
                "type": "object",
                "required": ["kind"],
                "properties": {
                    "kind": { "type": "string", "const": "client" },
                    "client_secret": secret(),
                },
            }] },
        },
    })
}

fn stream(name: &str) -> Value {
    let mut requester = json!({
        "type": "HttpRequester",
        "url_base": "{{ config['base_url'] }}",
        "path": name,
        "http_method": "GET",
        "authenticator": authenticator(name),
        "error_handler": { "type": "DefaultErrorHandler", "response_filters": [
            { "type": "HttpResponseFilter", "http_codes": [500], "action": "FAIL" },
        ] },
    });
    if name == "document" {
        requester["http_method"] = "POST".into();
        requester["request_body_json"] = json!({ "account": "{{ config['service_account'] }}" });
    }
    let mut retriever = json!({
        "type": "SimpleRetriever",
        "requester": requester,
        "record_selector": {
            "type": "RecordSelector",
            "extractor": { "type": "DpathExtractor", "field_path": ["items"] },
        },
    });
    if name == "paged" {
        retriever["paginator"] = json!({
            "type": "DefaultPaginator",
            "pagination_strategy": {
                "type": "CursorPagination",
                "cursor_value": "{{ response['next'] }}",
                "stop_condition": "{{ not response['next'] }}",
            },
            "page_token_option": { "type": "RequestPath" },
        });
    }
    json!({
        "type": "DeclarativeStream",
        "name": name,
        "primary_key": ["id"],
        "retriever": retriever,
        "schema_loader": { "type": "InlineSchemaLoader", "schema": { "type": "object" } },
    })
}

fn authenticator(name: &str) -> Value {
    let key = |token: &str, into: &str, field: &str| {
        json!({
            "type": "ApiKeyAuthenticator",
            "api_token": format!("{{{{ config{token} }}}}"),
            "inject_into": { "type": "RequestOption", "inject_into": into, "field_name": field },
        })
    };
    match name {
        "basic" | "long" => json!({
            "type": "BasicHttpAuthenticator",
            "username": "{{ config['username'] }}",
            "password": "{{ config['password'] }}",
        }),
        "query" | "redirected" | "paged" => key("['query_key']", "request_parameter", "key"),
        "number" => key("['pin']", "header", "X-Pin"),
        "nested" => key("['credentials']['client_secret']", "header", "X-Client"),
        _ => json!({ "type": "BearerAuthenticator", "api_token": "{{ config['api_token'] }}" }),
    }
}
