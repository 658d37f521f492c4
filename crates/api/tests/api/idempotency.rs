//! `Idempotency-Key`: the same request has one effect and one answer.

use actix_web::http::Method;
use serde_json::{Value, json};
use syncline_test_support::{TestDatabase, both_databases};

use crate::answer::Answer;
use crate::test_app::{TestApp, new_connection};

impl TestApp {
    async fn post_once(&self, key: &str, path: &str, body: Value) -> Answer {
        let request = self
            .request(Method::POST, path)
            .insert_header(("Idempotency-Key", key));
        self.send(request.set_json(body)).await
    }
}

both_databases! {
    async fn the_same_request_gets_the_same_answer(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let first = app.post_once("k1", "connections", new_connection()).await.expect(201);
        assert_eq!(first.header("idempotency-replayed"), None);
        app.clock.advance(chrono::Duration::hours(1));
        let again = app.post_once("k1", "connections", new_connection()).await.expect(201);
        assert_eq!(again.header("idempotency-replayed"), Some("true"));
        assert_eq!(again.header("location"), first.header("location"));
        assert_eq!(again.text, first.text);
        assert_eq!(app.get("connections").await.json.as_array().unwrap().len(), 1);

        let sync = format!("connections/{}/sync", first.id());
        let one = app.post_once("k1", &sync, json!({})).await.expect(200);
        let two = app.post_once("k1", &sync, json!({})).await.expect(200);
        assert_eq!(one.text, two.text);
        assert_eq!(one.header("syncline-batch-id"), two.header("syncline-batch-id"));
        let cancel = format!("syncs/{}/cancel", one.ids()[0]);
        let one = app.post_once("k2", &cancel, json!({})).await.expect(200);
        assert_eq!(app.post_once("k2", &cancel, json!({})).await.expect(200).text, one.text);
    }

    async fn another_body_is_refused(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        app.post_once("k1", "connections", new_connection()).await.expect(201);
        let mut other = new_connection();
        other["name"] = "Other".into();
        let refused = app.post_once("k1", "connections", other).await;
        assert_eq!(refused.problem(), (422, "idempotency_mismatch"));
    }

    async fn keys_belong_to_an_organization(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let other = app.as_organization("other").await;
        let one = app.post_once("k1", "connections", new_connection()).await.expect(201);
        let two = other.post_once("k1", "connections", new_connection()).await.expect(201);
        assert_ne!(one.id(), two.id());
    }

    async fn only_good_answers_are_kept(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let path = "connections/conn_01h455vb4pex5vsknk084sn02q/sync";
        for _ in 0..2 {
            let refused = app.post_once("k1", path, json!({})).await;
            assert_eq!(refused.problem(), (404, "not_found"));
            assert_eq!(refused.header("idempotency-replayed"), None);
        }
        let connection = app.connect().await.id();
        let path = format!("connections/{connection}/sync");
        let refused = app.post_once("k2", &path, json!({ "models": ["nope"] })).await;
        assert_eq!(refused.problem(), (422, "unknown_models"));
        app.post_once("k2", &path, json!({ "models": ["customers"] })).await.expect(200);
    }

    async fn a_check_is_answered_again_too(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let connection = app.connect().await.id();
        let path = format!("connections/{connection}/check");
        let first = app.post_once("k1", &path, json!({})).await.expect(200);
        app.clock.advance(chrono::Duration::hours(1));
        let again = app.post_once("k1", &path, json!({})).await.expect(200);
        assert_eq!(again.text, first.text);
        assert_eq!(again.header("idempotency-replayed"), Some("true"));
    }
}
