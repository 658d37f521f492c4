//! Tenants are walls: every operation of the document, with another organization's ids.

use std::collections::BTreeMap;

use actix_web::http::Method;
use serde_json::{Map, Value, json};
use syncline_test_support::{TestDatabase, both_databases};

use crate::answer::Answer;
use crate::test_app::TestApp;

/// What one organization has, by the parameters that name it.
struct Owned(BTreeMap<&'static str, String>);

impl Owned {
    /// One of everything that has an id.
    async fn by(app: &TestApp) -> Self {
        let (_, held) = app.db_hold().await;
        let connection = app.connect().await;
        let batch = app
            .post(&format!("connections/{}/sync", connection.id()), None)
            .await
            .expect(200);
        let fence = app.db_start().await;
        app.db_page(fence, 1, &[("1", json!({ "id": 1 }))]).await;
        let model = batch.json[0]["model_id"].as_str().unwrap();
        let records = app
            .get(&format!("models/{model}/records"))
            .await
            .expect(200);
        let token = app
            .post("tokens", json!({ "scope": "read" }))
            .await
            .expect(201);
        Self(BTreeMap::from([
            ("connection_id", connection.id()),
            ("model_id", model.to_owned()),
            ("sync_id", batch.ids().remove(0)),
            (
                "batch_id",
                batch.header("syncline-batch-id").unwrap().to_owned(),
            ),
            ("record_id", records.ids().remove(0)),
            ("token_id", token.id()),
            ("held_deletes_id", held),
        ]))
    }

    /// A path of the document with these ids; none when it has no id.
    fn fill(&self, path: &str) -> Option<String> {
        let mut filled = path.to_owned();
        for (name, id) in &self.0 {
            filled = filled.replace(&format!("{{{name}}}"), id);
        }
        let filled = filled.replace("{provider_name}", "books");
        assert!(
            !filled.contains('{'),
            "{path} has an id that this test does not know"
        );
        (filled != path && !path.contains("{provider_name}")).then_some(filled)
    }

    /// A text of an answer names none of it.
    fn assert_hidden(&self, answer: &Answer) {
        for id in self.0.values() {
            assert!(
                !answer.text.contains(id.as_str()),
                "{} shows {id}",
                answer.request
            );
        }
    }
}

/// A body that an operation takes.
fn body_of(path: &str, operation: &Map<String, Value>) -> Option<Value> {
    operation
        .contains_key("requestBody")
        .then(|| match path.rsplit('/').next() {
            Some("state") => json!({ "state": {} }),
            Some("schedule") => json!({ "interval_seconds": 60 }),
            _ => json!({}),
        })
}

both_databases! {
    async fn somebody_elses_ids_in_paths_are_not_found(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let other = app.as_organization("other").await;
        let neighbour = app.connect().await.id();
        let owned = Owned::by(&app).await;
        let grant = json!({ "scope": "write", "connection_ids": [neighbour] });
        let limited = app.post("tokens", grant).await.expect(201);
        let limited = app.with_token(limited.json["secret"].as_str().unwrap());
        let mut walked = 0;
        for (path, method, operation) in operations() {
            let Some(filled) = owned.fill(&path) else { continue };
            let body = body_of(&path, &operation);
            let foreign = other.call(method.clone(), &filled, body.clone()).await;
            assert_eq!(foreign.problem(), (404, "not_found"), "{method} {path}");
            let narrow = limited.call(method.clone(), &filled, body).await;
            let expected = if path.contains("token_id") { (403, "insufficient_scope") } else { (404, "not_found") };
            assert_eq!(narrow.problem(), expected, "{method} {path}");
            walked += 1;
        }
        assert!(walked > 20, "{walked}");
    }

    /// Their owner finds them, so that a 404 above says something; and the audit trail has every
    /// change.
    async fn every_operation_works_for_the_owner_and_every_change_is_told(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let (_, to_dismiss) = app.db_hold().await;
        let owned = Owned::by(&app).await;
        for (path, method, operation) in operations() {
            let Some(filled) = owned.fill(&path) else { continue };
            let id = operation["operationId"].as_str().unwrap();
            let filled = if id == "revoke_token" {
                let token = app.post("tokens", json!({ "scope": "read" })).await.expect(201).id();
                format!("tokens/{token}/revoke")
            } else if id == "dismiss_held_deletes" {
                // The others are released, and that is undone.
                format!("held_deletes/{to_dismiss}/dismiss")
            } else {
                filled
            };
            if method == Method::PUT && path.ends_with("/state") {
                // While a sync has its model's turn, the state belongs to it.
                for id in app.get("syncs?status=queued&status=running").await.expect(200).ids() {
                    app.post(&format!("syncs/{id}/cancel"), None).await.expect(200);
                }
            }
            let own = app.call(method.clone(), &filled, body_of(&path, &operation)).await;
            assert!((200..300).contains(&own.status), "{method} {path}: {}", own.text);
            if method != Method::GET {
                let last = app.get("audit_events?limit=1").await.expect(200);
                assert_eq!(last.json[0]["operation_id"], id);
                assert_eq!(last.json[0]["status"], own.status);
                assert_eq!(last.json[0]["request_id"].as_str(), own.header("x-request-id"));
                assert!(filled.contains(last.json[0]["target"].as_str().unwrap()), "{filled}");
            }
        }
    }

    /// Every list, and every parameter of it that takes an id.
    async fn lists_show_nothing_of_others_whatever_they_are_asked_for(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let other = app.as_organization("other").await;
        let owned = Owned::by(&app).await;
        let neighbour = app.connect().await.id();
        let grant = json!({ "scope": "write", "connection_ids": [neighbour] });
        let limited = app.post("tokens", grant).await.expect(201);
        let limited = app.with_token(limited.json["secret"].as_str().unwrap());
        let mut asked = Vec::new();
        for (path, method, operation) in operations() {
            if method != Method::GET || path.contains('{') || !path.starts_with("/v2/") {
                continue;
            }
            owned.assert_hidden(&other.get(&path).await.expect(200));
            let narrow = limited.get(&path).await;
            if narrow.status == 200 {
                owned.assert_hidden(&narrow);
            } else {
                assert_eq!(narrow.problem(), (403, "insufficient_scope"), "{path}");
            }
            for parameter in operation.get("parameters").and_then(Value::as_array).into_iter().flatten() {
                let name = parameter["name"].as_str().unwrap();
                let named: Vec<&String> = match name {
                    "target" => owned.0.values().collect(),
                    _ if name.ends_with("_id") => vec![owned.0.get(name).unwrap_or_else(|| panic!("{name} is not known here"))],
                    _ => continue,
                };
                for id in named {
                    let filtered = format!("{path}?{name}={id}");
                    assert_eq!(other.get(&filtered).await.expect(200).json, json!([]), "{filtered}");
                    let narrow = limited.get(&filtered).await;
                    assert!(narrow.status == 403 || narrow.json == json!([]), "{filtered}: {}", narrow.text);
                    asked.push(format!("{path}?{name}"));
                }
            }
        }
        assert!(asked.len() >= 5, "{asked:?}");
    }

    /// Every field of a body that takes an id of ours.
    async fn somebody_elses_ids_in_bodies_are_unknown(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let other = app.as_organization("other").await;
        let (owned, mine) = (Owned::by(&app).await, other.connect().await.id());
        let document: Value = serde_json::from_str(&syncline_api::openapi_json()).unwrap();
        let mut tried = Vec::new();
        for (path, method, operation) in operations() {
            let schema = operation.get("requestBody").and_then(|body| body.pointer("/content/application~1json/schema/$ref"));
            let Some(schema) = schema.and_then(Value::as_str) else { continue };
            let properties = document.pointer(&format!("{}/properties", &schema[1..])).and_then(Value::as_object);
            for field in properties.into_iter().flatten().map(|(name, _)| name.as_str()) {
                let body = match (schema.rsplit('/').next().unwrap(), field) {
                    // The id of an object at the provider, not of ours.
                    (_, "entity_id") => continue,
                    ("RequestSync", "models") => json!({ "models": [owned.0["model_id"]] }),
                    ("CreateToken", "connection_ids") => json!({ "scope": "read", "connection_ids": [owned.0["connection_id"]] }),
                    (_, name) if name.ends_with("_id") || name.ends_with("_ids") || name == "models" => panic!("{schema} {name} is not known here"),
                    _ => continue,
                };
                let filled = path.replace("{connection_id}", &mine);
                let refused = other.call(method.clone(), &filled, Some(body)).await;
                assert_eq!(refused.status, 422, "{path}: {}", refused.text);
                assert!(refused.field_errors()[0].starts_with(&format!("/{field}")), "{}", refused.text);
                tried.push(field.to_owned());
            }
        }
        tried.sort();
        assert_eq!(tried, ["connection_ids", "models"]);
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
                    .replace("{held_deletes_id}", "held_01h455vb4pex5vsknk084sn02q")
                    .replace("{token_id}", "tok_01h455vb4pex5vsknk084sn02q")
                    .replace("{batch_id}", "01890a5d-ac96-774b-bcce-b302099a8057");
                let answer = app.call(method, &format!("{filled}?surprise=1"), None).await;
                assert_eq!(answer.problem(), (422, "invalid_query"), "{path}");
            }
        }
    }
}

/// Path, method and object of every operation, deletions last and the innermost first.
fn operations() -> Vec<(String, Method, serde_json::Map<String, Value>)> {
    let document: Value = serde_json::from_str(&syncline_api::openapi_json()).unwrap();
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            operations.push((path.clone(), method, operation.as_object().unwrap().clone()));
        }
    }
    operations.sort_by_key(|(path, method, _)| {
        let depth = if method == Method::DELETE {
            path.len()
        } else {
            0
        };
        (
            method == Method::DELETE,
            std::cmp::Reverse(depth),
            path.clone(),
        )
    });
    operations
}
