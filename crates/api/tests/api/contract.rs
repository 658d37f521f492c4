//! `POST /connections/{connection_id}/sync`.

use serde_json::{Value, json};
use syncline_test_support::{TestDatabase, both_databases};

use crate::test_app::TestApp;

both_databases! {
    async fn a_request_makes_a_sync_for_each_enabled_model(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let connection = app.connect().await.id();
        let answer = app.post(&format!("connections/{connection}/sync"), None).await.expect(200);
        assert_eq!(answer.json.as_array().unwrap().len(), 2);
        snapshot!(answer.redacted()[0], @r#"
        {
          "created_at": "2026-01-01T00:00:00.000000Z",
          "modified_at": null,
          "id": "sync_…",
          "status": "queued",
          "attempt": 0,
          "batch_id": "uuid",
          "completed_at": null,
          "entity_id": null,
          "error": null,
          "file_id": null,
          "is_initial_sync": true,
          "is_one_off": true,
          "model_id": "model_…",
          "pagination_state": {},
          "started_at": null,
          "timerange_end": null,
          "timerange_start": null,
          "object": "sync"
        }
        "#);
        let batch = answer.header("syncline-batch-id").unwrap();
        assert_eq!(answer.json[0]["batch_id"], batch);
    }

    async fn a_second_request_joins_what_waits(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let connection = app.connect().await.id();
        let path = format!("connections/{connection}/sync");
        let first = app.post(&path, None).await.expect(200);
        let second = app.post(&path, json!({})).await.expect(200);
        assert_eq!(first.ids(), second.ids());
        let batch = second.header("syncline-batch-id").unwrap();
        assert_ne!(first.header("syncline-batch-id"), Some(batch));
        let batch = app.get(&format!("batches/{batch}")).await.expect(200);
        assert_eq!(batch.json["members"][0]["is_joined"], true);
        assert_eq!(batch.json["members"][1]["is_joined"], true);
    }

    async fn a_body_narrows_the_request(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let connection = app.connect().await;
        let path = format!("connections/{}/sync", connection.id());
        let invoices = connection.json["models"][1]["id"].clone();
        let answer = app
            .post(&path, json!({
                "models": [invoices],
                "timerange_start": "2025-01-01T00:00:00+02:00",
                "timerange_end": "2025-02-01T00:00:00.1234567Z",
                "entity_id": "INV-7",
            }))
            .await
            .expect(200);
        let sync = &answer.json[0];
        assert_eq!(answer.json.as_array().unwrap().len(), 1);
        assert_eq!(sync["model_id"], invoices);
        assert_eq!(sync["timerange_start"], "2024-12-31T22:00:00.000000Z");
        assert_eq!(sync["timerange_end"], "2025-02-01T00:00:00.123456Z");
        assert_eq!(sync["entity_id"], "INV-7");
        let full = app.post(&path, json!({ "models": ["customers"], "full_refresh": true })).await;
        assert_eq!(full.expect(200).json[0]["status"], "queued");
    }

    async fn without_enabled_models_there_is_nothing_to_sync(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let connection = app.connect().await;
        for model in connection.json["models"].as_array().unwrap() {
            let path = format!("models/{}", model["id"].as_str().unwrap());
            app.patch(&path, json!({ "is_read_enabled": false })).await.expect(200);
        }
        let answer = app.post(&format!("connections/{}/sync", connection.id()), None).await.expect(200);
        assert_eq!(answer.json, json!([]));
        assert!(answer.header("syncline-batch-id").is_some());
    }

    async fn what_cannot_be_asked_is_refused_with_its_field(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let connection = app.connect().await.id();
        let path = format!("connections/{connection}/sync");
        let mut refusals = Vec::new();
        for body in [
            json!({ "models": ["customers", "nope", "odd"] }),
            json!({ "models": [] }),
            json!({ "models": "customers" }),
            json!({ "entity_id": "7" }),
            json!({ "entity_id": "7", "models": ["customers", "invoices"] }),
            json!({ "entity_id": "", "models": ["customers"] }),
            json!({ "timerange_start": "2025-01-02T00:00:00Z", "timerange_end": "2025-01-01T00:00:00Z" }),
            json!({ "timerange_start": "yesterday" }),
            json!({ "full_refresh": true, "timerange_start": "2025-01-02T00:00:00Z" }),
            json!({ "full_refresh": "yes", "modles": [] }),
            json!({ "full_refresh": null }),
            json!([]),
        ] {
            let answer = app.post(&path, body).await;
            let (status, code) = answer.problem();
            refusals.push(format!("{status} {code}: {}", answer.field_errors().join("; ")));
        }
        snapshot!(refusals, @r#"
        [
          "422 unknown_models: /models/1 is not a model of this connection that is enabled for reading; /models/2 is not a model of this connection that is enabled for reading",
          "422 invalid_body: /models must have 1 to 1000 items",
          "422 invalid_body: /models must be a list of texts, not a text",
          "422 invalid_body: /entity_id needs `models` with exactly one model",
          "422 invalid_body: /entity_id needs `models` with exactly one model",
          "422 invalid_body: /entity_id must have 1 to 255 characters",
          "422 invalid_body: /timerange_end timerange_end must be later than timerange_start",
          "422 invalid_body: /timerange_start must be a time like 2026-01-31T12:00:00Z (RFC 3339)",
          "422 invalid_body: /full_refresh full_refresh covers everything: leave out timerange_start, timerange_end and entity_id",
          "422 invalid_body: /full_refresh must be true or false, not a text; /modles is not a field of this request",
          "422 invalid_body: /full_refresh must be true or false, not null",
          "422 invalid_body:  must be an object, not a list"
        ]
        "#);
        let syncs = app.get("syncs").await.expect(200);
        assert_eq!(syncs.json, Value::Array(Vec::new()), "a refused request leaves nothing");
    }

    async fn a_disabled_connection_accepts_and_waits(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let connection = app.connect().await.id();
        app.patch(&format!("connections/{connection}"), json!({ "is_sync_disabled": true })).await.expect(200);
        let answer = app.post(&format!("connections/{connection}/sync"), None).await.expect(200);
        assert_eq!(answer.json[0]["status"], "scheduled");
    }
}
