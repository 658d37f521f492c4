//! Bad requests: the status and code of each.

use actix_web::http::Method;
use actix_web::test::TestRequest;
use serde_json::json;
use syncline_api::ErrorCode;
use syncline_test_support::{TestDatabase, both_databases};

use crate::test_app::TestApp;

const SYNC: &str = "sync_01h455vb4pex5vsknk084sn02q";
const MODEL: &str = "model_01h455vb4pex5vsknk084sn02q";
const CONNECTION: &str = "conn_01h455vb4pex5vsknk084sn02q";

both_databases! {
    async fn bad_requests_are_refused_by_status_and_code(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let id = app.connect().await.id();
        let connection = format!("connections/{id}");
        let sync = format!("connections/{id}/sync");
        let get = |path: &str| app.request(Method::GET, path);
        let json = |path: &str, body: &str| {
            app.request(Method::POST, path).insert_header(("Content-Type", "application/json")).set_payload(body.to_owned())
        };
        let typed = |kind: &str, body: &str| {
            app.request(Method::POST, &sync).insert_header(("Content-Type", kind)).set_payload(body.to_owned())
        };
        let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
        let large = format!("\"{}\"", "x".repeat(1024 * 1024));
        let long = "x".repeat(256);
        let cases: Vec<(&str, TestRequest, u16, &str)> = vec![
            ("no token", TestRequest::get().uri("/v2/integrations/syncs"), 401, "unauthorized"),
            ("basic auth", TestRequest::get().uri("/v2/integrations/syncs").insert_header(("Authorization", "Basic YTpi")), 401, "unauthorized"),
            ("unknown token", TestRequest::get().uri("/v2/integrations/syncs").insert_header(("Authorization", "Bearer nope")), 401, "unauthorized"),
            ("empty token", TestRequest::get().uri("/v2/integrations/syncs").insert_header(("Authorization", "Bearer ")), 401, "unauthorized"),
            ("two tokens", get("syncs").append_header(("Authorization", "Bearer token-of-acme")), 401, "unauthorized"),
            ("token before body", TestRequest::post().uri("/v2/integrations/connections").set_payload("{"), 401, "unauthorized"),
            ("unknown route", get("/v2/integrations/nope"), 404, "route_not_found"),
            ("unknown root", get("/nope"), 404, "route_not_found"),
            ("trailing slash", get("/v2/integrations/syncs/"), 404, "route_not_found"),
            ("dots", get("/v2/integrations/../secrets"), 404, "route_not_found"),
            ("wrong method", app.request(Method::DELETE, "syncs"), 405, "method_not_allowed"),
            ("wrong method on an id", app.request(Method::PUT, &connection), 405, "method_not_allowed"),
            ("GET of an act", get(&sync), 405, "method_not_allowed"),
            ("POST of the docs", app.request(Method::POST, "/docs/"), 405, "method_not_allowed"),
            ("POST of the spec", app.request(Method::POST, "/openapi.json"), 405, "method_not_allowed"),
            ("TRACE", app.request(Method::TRACE, "syncs"), 405, "method_not_allowed"),
            ("malformed id", get("syncs/7"), 404, "not_found"),
            ("id of another kind", get(&format!("syncs/{MODEL}")), 404, "not_found"),
            ("upper-case id", get(&format!("syncs/{}", SYNC.to_uppercase())), 404, "not_found"),
            ("unknown sync", get(&format!("syncs/{SYNC}")), 404, "not_found"),
            ("unknown model", get(&format!("models/{MODEL}")), 404, "not_found"),
            ("unknown connection", json(&format!("connections/{CONNECTION}/sync"), ""), 404, "not_found"),
            ("malformed batch", get("batches/1"), 404, "not_found"),
            ("unknown provider", get("providers/nope"), 404, "not_found"),
            ("NUL in a path", get("providers/%00"), 404, "not_found"),
            ("not UTF-8 in a path", get("providers/%ff"), 404, "not_found"),
            ("half a body", json(&sync, "{"), 400, "invalid_json"),
            ("two bodies", json(&sync, "{}{}"), 400, "invalid_json"),
            ("single quotes", json(&sync, "{'a':1}"), 400, "invalid_json"),
            ("too deep", json(&sync, &deep), 400, "invalid_json"),
            ("number too large", json(&sync, "{\"a\":1e999}"), 400, "invalid_json"),
            ("not UTF-8", app.request(Method::POST, &sync).insert_header(("Content-Type", "application/json")).set_payload(vec![b'"', 0xff, b'"']), 400, "invalid_json"),
            ("only a space", json(&sync, " "), 400, "invalid_json"),
            ("too large", json(&sync, &large), 413, "body_too_large"),
            ("announced too large", json(&sync, "{}").insert_header(("Content-Length", "99999999999")), 413, "body_too_large"),
            ("form", typed("application/x-www-form-urlencoded", "a=1"), 415, "unsupported_media_type"),
            ("merge patch of a POST", typed("application/merge-patch+json", "{}"), 415, "unsupported_media_type"),
            ("latin-1", typed("application/json; charset=latin1", "{}"), 415, "unsupported_media_type"),
            ("no media type", app.request(Method::POST, &sync).set_payload("{}"), 415, "unsupported_media_type"),
            ("no media type at all", typed("nonsense", "{}"), 415, "unsupported_media_type"),
            ("compressed", typed("application/json", "{}").insert_header(("Content-Encoding", "gzip")), 415, "unsupported_media_type"),
            ("null", json(&sync, "null"), 422, "invalid_body"),
            ("a list", json(&sync, "[]"), 422, "invalid_body"),
            ("no body", json("connections", ""), 422, "invalid_body"),
            ("unknown field", json(&sync, "{\"a\":1}"), 422, "invalid_body"),
            ("field of an act", json(&format!("syncs/{SYNC}/cancel"), "{\"a\":1}"), 422, "invalid_body"),
            ("NUL in a text", json("connections", "{\"provider_name\":\"books\",\"name\":\"a\\u0000\"}"), 422, "invalid_body"),
            ("unknown parameter", get("syncs?nope=1"), 422, "invalid_query"),
            ("parameter of a read", get(&format!("{connection}?limit=1")), 422, "invalid_query"),
            ("parameter of a write", json(&format!("{sync}?wait=1"), ""), 422, "invalid_query"),
            ("limit 0", get("syncs?limit=0"), 422, "invalid_query"),
            ("limit 1001", get("syncs?limit=1001"), 422, "invalid_query"),
            ("limit of text", get("syncs?limit=ten"), 422, "invalid_query"),
            ("limit beyond 64 bits", get("syncs?limit=99999999999999999999"), 422, "invalid_query"),
            ("limit twice", get("syncs?limit=1&limit=2"), 422, "invalid_query"),
            ("unknown status", get("syncs?status=done"), 422, "invalid_query"),
            ("malformed id in the query", get("syncs?model_id=7"), 422, "invalid_query"),
            ("malformed time", get("syncs?created_from=now"), 422, "invalid_query"),
            ("wait too long", get(&format!("syncs/{SYNC}?wait=61")), 422, "invalid_query"),
            ("negative wait", get(&format!("syncs/{SYNC}?wait=-1")), 422, "invalid_query"),
            ("not a cursor", get("syncs?cursor=AAAA"), 422, "invalid_cursor"),
            ("an empty cursor", get("syncs?cursor="), 422, "invalid_cursor"),
            ("a cursor that is no base64", get("syncs?cursor=%00%21"), 422, "invalid_cursor"),
            ("empty key", json(&sync, "").insert_header(("Idempotency-Key", "")), 422, "invalid_idempotency_key"),
            ("long key", json(&sync, "").insert_header(("Idempotency-Key", long.as_str())), 422, "invalid_idempotency_key"),
            ("no encoding", get("syncs").insert_header(("Accept-Encoding", "identity;q=0")), 406, "not_acceptable"),
        ];
        for (name, request, status, code) in cases {
            let answer = app.send(request).await;
            assert_eq!((name, answer.problem()), (name, (status, code)), "{}", answer.text);
            match status {
                401 => assert_eq!(answer.header("www-authenticate"), Some("Bearer"), "{name}"),
                405 => assert!(answer.header("allow").is_some_and(|allow| !allow.is_empty()), "{name}"),
                _ => {}
            }
        }
        assert_eq!(app.get("syncs").await.expect(200).json, json!([]), "nothing is half-done");
        assert_eq!(app.get("connections").await.expect(200).ids(), [id]);
    }

    async fn a_revoked_token_opens_nothing_from_then_on(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        app.get("syncs").await.expect(200);
        app.db_write(|tx| {
            for token in tx.list_tokens(Some("acme"))? {
                tx.revoke_token(token.organization_id, token.id)?;
            }
            Ok(())
        })
        .await;
        assert_eq!(app.get("syncs").await.problem(), (401, "unauthorized"));
    }

    async fn a_database_that_is_gone_is_a_503(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        app.get("/readyz").await.expect(200);
        app.api.store.clone().close().await;
        let answer = app.get("syncs").await;
        assert_eq!(answer.problem(), (503, "unavailable"));
        assert!(answer.header("retry-after").is_some());
        assert_eq!(app.get("/readyz").await.problem(), (503, "unavailable"));
        app.get("/healthz").await.expect(200);
    }
}

/// Every code of the table is given somewhere.
#[test]
fn every_error_code_is_used() {
    let mut sources = String::new();
    collect(
        std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")),
        &mut sources,
    );
    for code in ErrorCode::ALL {
        assert!(
            sources.contains(&format!("ErrorCode::{code:?}")),
            "{code:?} is not used"
        );
    }
}

fn collect(directory: &std::path::Path, text: &mut String) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, text);
        } else if !path.ends_with("problem/code.rs") {
            text.push_str(&std::fs::read_to_string(path).unwrap());
        }
    }
}
