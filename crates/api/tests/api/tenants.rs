//! Tenants are walls: every operation of the document, with another organization's ids.

use actix_web::http::Method;
use serde_json::{Value, json};
use syncline_test_support::{TestDatabase, both_databases};

use crate::test_app::TestApp;

both_databases! {
    async fn somebody_elses_ids_are_not_found(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let other = app.as_organization("other").await;
        let connection = app.connect().await;
        let batch = app.post(&format!("connections/{}/sync", connection.id()), None).await.expect(200);
        let fence = app.db_start().await;
        app.db_page(fence, 1, &[("1", json!({ "id": 1 }))]).await;
        let model = batch.json[0]["model_id"].as_str().unwrap();
        let record = app.get(&format!("models/{model}/records")).await.expect(200).ids().remove(0);
        let batch_id = batch.header("syncline-batch-id").unwrap();

        let token = app.post("tokens", json!({ "scope": "read" })).await.expect(201).id();

        let mut walked = 0;
        for (path, method, operation) in operations() {
            if !path.contains("_id}") {
                continue;
            }
            let filled = path
                .replace("{connection_id}", &connection.id())
                .replace("{model_id}", model)
                .replace("{sync_id}", &batch.ids()[0])
                .replace("{batch_id}", batch_id)
                .replace("{record_id}", &record)
                .replace("{token_id}", &token);
            assert!(!filled.contains('{'), "{path} has an id that this test does not know");
            let body = operation.contains_key("requestBody").then(|| match path.rsplit('/').next() {
                Some("state") => json!({ "state": {} }),
                Some("schedule") => json!({ "interval_seconds": 60 }),
                _ => json!({}),
            });
            let foreign = other.call(method.clone(), &filled, body.clone()).await;
            assert_eq!(foreign.problem(), (404, "not_found"), "{method} {path}");
            walked += 1;
            // While a sync runs, its model's state belongs to it.
            let is_moving = method == Method::PUT && path.ends_with("/state");
            let is_spent = path.ends_with("/retry") || path.ends_with("/revoke");
            if method != Method::DELETE && !is_spent && !is_moving {
                let own = app.call(method.clone(), &filled, body).await;
                assert!((200..300).contains(&own.status), "{method} {path}: {}", own.text);
            }
        }
        assert!(walked > 15, "{walked}");
        for list in ["connections", "syncs"] {
            assert_eq!(other.get(list).await.expect(200).json, json!([]));
        }
        let filtered = other.get(&format!("syncs?connection_id={}", connection.id())).await.expect(200);
        assert_eq!(filtered.json, json!([]));
    }

    async fn no_operation_works_without_a_token(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        for (path, method, _) in operations() {
            if path.starts_with("/v2/") {
                let request = actix_web::test::TestRequest::default().method(method).uri(&path.replace(['{', '}'], ""));
                assert_eq!(app.send(request).await.problem(), (401, "unauthorized"), "{path}");
            }
        }
    }

    async fn no_operation_takes_an_unknown_parameter(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        for (path, method, _) in operations() {
            if path.starts_with("/v2/") {
                let filled = path
                    .replace("{connection_id}", "conn_01h455vb4pex5vsknk084sn02q")
                    .replace("{model_id}", "model_01h455vb4pex5vsknk084sn02q")
                    .replace("{sync_id}", "sync_01h455vb4pex5vsknk084sn02q")
                    .replace("{record_id}", "rec_01h455vb4pex5vsknk084sn02q")
                    .replace("{token_id}", "tok_01h455vb4pex5vsknk084sn02q")
                    .replace("{batch_id}", "01890a5d-ac96-774b-bcce-b302099a8057");
                let answer = app.call(method, &format!("{filled}?surprise=1"), None).await;
                assert_eq!(answer.problem(), (422, "invalid_query"), "{path}");
            }
        }
    }
}

/// Path, method and object of every operation, deletions last.
fn operations() -> Vec<(String, Method, serde_json::Map<String, Value>)> {
    let document: Value = serde_json::from_str(&syncline_api::openapi_json()).unwrap();
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            operations.push((path.clone(), method, operation.as_object().unwrap().clone()));
        }
    }
    operations.sort_by_key(|(path, method, _)| (method == Method::DELETE, path.clone()));
    operations
}
