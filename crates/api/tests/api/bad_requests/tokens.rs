//! Tokens: scopes, reaches and ends that are none.

rows! {
    "a token without a scope": POST "tokens" {"{}"} => 422 invalid_body "/scope";
    "a token without a body": POST "tokens" => 422 invalid_body "";
    "a scope that is none": POST "tokens" {r#"{"scope":"root"}"#} => 422 invalid_body "/scope";
    "a scope in capitals": POST "tokens" {r#"{"scope":"ADMIN"}"#} => 422 invalid_body "/scope";
    "two scopes": POST "tokens" {r#"{"scope":["read","write"]}"#} => 422 invalid_body "/scope";
    "null as a scope": POST "tokens" {r#"{"scope":null}"#} => 422 invalid_body "/scope";
    "an empty scope": POST "tokens" {r#"{"scope":""}"#} => 422 invalid_body "/scope";
    "a scope twice": POST "tokens" {r#"{"scope":"read","scope":"admin"}"#} => 422 invalid_body "/scope";
    "an empty name of a token": POST "tokens" {r#"{"scope":"read","name":""}"#} => 422 invalid_body "/name";
    "a long name of a token": POST "tokens" {r#"{"scope":"read","name":"<long>"}"#} => 422 invalid_body "/name";
    "null as the name of a token": POST "tokens" {r#"{"scope":"read","name":null}"#} => 422 invalid_body "/name";
    "a secret of one's own": POST "tokens" {r#"{"scope":"read","token":"mine"}"#} => 422 invalid_body "/token";
    "a token of somebody else's": POST "tokens" {r#"{"scope":"read","organization_id":"org_01h455vb4pex5vsknk084sn02q"}"#} => 422 invalid_body "/organization_id";
    "a token that reaches nothing": POST "tokens" {r#"{"scope":"read","connection_ids":[]}"#} => 422 invalid_body "/connection_ids";
    "a reach that is no list": POST "tokens" {r#"{"scope":"read","connection_ids":"<connection>"}"#} => 422 invalid_body "/connection_ids";
    "null as a reach": POST "tokens" {r#"{"scope":"read","connection_ids":null}"#} => 422 invalid_body "/connection_ids";
    "a number in a reach": POST "tokens" {r#"{"scope":"read","connection_ids":["<connection>",7]}"#} => 422 invalid_body "/connection_ids/1";
    "a model in a reach": POST "tokens" {r#"{"scope":"read","connection_ids":["<model>"]}"#} => 422 invalid_body "/connection_ids/0";
    "an unknown connection in a reach": POST "tokens" {r#"{"scope":"read","connection_ids":["conn_01h455vb4pex5vsknk084sn02q"]}"#} => 422 invalid_body "/connection_ids";
    "somebody else's connection in a reach": POST "tokens" {r#"{"scope":"read","connection_ids":["<foreign_connection>"]}"#} => 422 invalid_body "/connection_ids";
    "an admin of one connection": POST "tokens" {r#"{"scope":"admin","connection_ids":["<connection>"]}"#} => 422 invalid_body "/connection_ids";
    "101 connections in a reach": POST "tokens" {&format!(r#"{{"scope":"read","connection_ids":[{}"<connection>"]}}"#, r#""<connection>","#.repeat(100))} => 422 invalid_body "/connection_ids";
    "an end that is past": POST "tokens" {r#"{"scope":"read","expires_at":"2025-12-31T23:59:59Z"}"#} => 422 invalid_body "/expires_at";
    "an end that is a date": POST "tokens" {r#"{"scope":"read","expires_at":"2027-01-31"}"#} => 422 invalid_body "/expires_at";
    "null as an end": POST "tokens" {r#"{"scope":"read","expires_at":null}"#} => 422 invalid_body "/expires_at";
    "an end in a leap second": POST "tokens" {r#"{"scope":"read","expires_at":"2026-12-31T23:59:60Z"}"#} => 422 invalid_body "/expires_at";
    "a negative overlap of secrets": POST "tokens/<token>/rotate" {r#"{"overlap_seconds":-1}"#} => 422 invalid_body "/overlap_seconds";
    "an overlap of secrets of a year": POST "tokens/<token>/rotate" {r#"{"overlap_seconds":31536000}"#} => 422 invalid_body "/overlap_seconds";
    "an overlap of secrets with a fraction": POST "tokens/<token>/rotate" {r#"{"overlap_seconds":0.5}"#} => 422 invalid_body "/overlap_seconds";
    "a text as an overlap of secrets": POST "tokens/<token>/rotate" {r#"{"overlap_seconds":"60"}"#} => 422 invalid_body "/overlap_seconds";
    "an overlap of secrets beyond 64 bits": POST "tokens/<token>/rotate" {r#"{"overlap_seconds":9223372036854775808}"#} => 422 invalid_body "/overlap_seconds";
    "an end that is past, by rotation": POST "tokens/<token>/rotate" {r#"{"expires_at":"2025-12-31T23:59:59Z"}"#} => 422 invalid_body "/expires_at";
    "another scope by rotation": POST "tokens/<token>/rotate" {r#"{"scope":"admin"}"#} => 422 invalid_body "/scope";
    "a rotation of an unknown token": POST "tokens/tok_01h455vb4pex5vsknk084sn02q/rotate" => 404 not_found;
    "a rotation of somebody else's token": POST "tokens/<foreign_token>/rotate" => 404 not_found;
    "somebody else's token": GET "tokens/<foreign_token>" => 404 not_found;
    "a revocation of somebody else's token": POST "tokens/<foreign_token>/revoke" => 404 not_found;
    "a revocation of a malformed token": POST "tokens/1/revoke" => 404 not_found;
    "a secret for an id": GET "tokens/token-of-acme" => 404 not_found;
    "a cursor of syncs for tokens": GET "tokens?cursor=<cursor_syncs>" => 422 invalid_cursor "cursor";
    "a token that is patched": PATCH "tokens/<token>" {"{}"} => 405 method_not_allowed;
}
