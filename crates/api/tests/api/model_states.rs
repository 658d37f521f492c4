//! The state of a model, out and in.

use serde_json::{Value, json};
use syncline_test_support::{TestDatabase, both_databases};

use crate::answer::Answer;
use crate::provider;
use crate::test_app::TestApp;

async fn ledger(db: &TestDatabase) -> TestApp {
    TestApp::with(db, provider::ledger()).await
}

async fn connect(app: &TestApp) -> Answer {
    let connection = json!({
        "provider_name": "ledger",
        "name": "Ledger of Acme",
        "config": { "base_url": "http://127.0.0.1:9" },
    });
    app.post("connections", connection).await.expect(201)
}

async fn model(app: &TestApp, name: &str) -> String {
    let connection = connect(app).await;
    let models = connection.json["models"].as_array().unwrap().clone();
    let model = models.iter().find(|model| model["name"] == name).unwrap();
    model["id"].as_str().unwrap().to_owned()
}

both_databases! {
    async fn a_state_goes_out_as_it_came_in(db: TestDatabase) {
        let app = ledger(&db).await;
        let path = format!("models/{}/state", model(&app, "changes").await);
        snapshot!(app.get(&path).await.expect(200).redacted(), @r#"
        {
          "model_id": "model_…",
          "state": {},
          "object": "model_state"
        }
        "#);
        let state = json!({ "updated": "2026-01-01T00:00:00Z" });
        let messages = json!([
            { "type": "STREAM", "stream": { "stream_descriptor": { "name": "other" }, "stream_state": {} } },
            { "type": "STREAM", "stream": { "stream_descriptor": { "name": "changes" }, "stream_state": state } },
        ]);
        for given in [state.clone(), messages[1].clone(), json!({ "type": "STATE", "state": messages[1] }), messages.clone()] {
            app.put(&path, json!({ "state": {} })).await.expect(200);
            for _ in 0..2 {
                let put = app.put(&path, json!({ "state": given })).await.expect(200);
                assert_eq!(put.json["state"], state);
            }
            assert_eq!(app.get(&path).await.expect(200).json["state"], state);
        }
        let cleared = app.put(&path, json!({ "state": null })).await.expect(200);
        assert_eq!(cleared.json["state"], json!({}));
    }

    async fn a_state_by_partition_goes_out_as_it_came_in(db: TestDatabase) {
        let app = ledger(&db).await;
        let path = format!("models/{}/state", model(&app, "lines").await);
        let state = json!({
            "use_global_cursor": false,
            "states": [
                { "partition": { "book": 1, "parent_slice": {} }, "cursor": { "updated": "2026-01-01T00:00:00Z" } },
                { "partition": { "book": 2, "parent_slice": {} }, "cursor": { "updated": "2026-01-02T00:00:00Z" } },
            ],
            "state": { "updated": "2026-01-02T00:00:00Z" },
            "lookback_window": 7,
            "parent_state": { "books": { "updated": "2026-01-03T00:00:00Z" } },
        });
        let put = app.put(&path, json!({ "state": state })).await.expect(200);
        assert_eq!(put.json["state"], state);
        assert_eq!(app.get(&path).await.expect(200).json["state"], state);
        // The form that the stream had before it was by partition, and one from before all that.
        let global = json!({ "updated": "2026-01-01T00:00:00Z" });
        assert_eq!(app.put(&path, json!({ "state": global })).await.expect(200).json["state"], global);
        let legacy = json!({ "1": { "updated": "2026-01-01T00:00:00Z" } });
        let put = app.put(&path, json!({ "state": legacy })).await.expect(200);
        assert_eq!(put.json["state"]["states"], json!([{ "partition": { "book": "1" }, "cursor": { "updated": "2026-01-01T00:00:00Z" } }]));
        let many: Vec<Value> = (0..200).map(|book| json!({ "partition": { "book": book, "parent_slice": {} }, "cursor": global })).collect();
        let put = app.put(&path, json!({ "state": { "states": many } })).await.expect(200);
        assert_eq!(put.json["state"]["states"].as_array().unwrap().len(), 200);
    }

    async fn a_wrong_state_changes_nothing(db: TestDatabase) {
        let app = ledger(&db).await;
        let state = json!({ "updated": "2026-01-01T00:00:00Z" });
        let plain = format!("models/{}/state", model(&app, "changes").await);
        let lines = format!("models/{}/state", model(&app, "lines").await);
        for path in [&plain, &lines] {
            app.put(path, json!({ "state": state })).await.expect(200);
        }
        let other = json!([{ "type": "STREAM", "stream": { "stream_descriptor": { "name": "other" } } }]);
        for (path, wrong, error) in [
            (&plain, json!({}), "/state is required; null clears it"),
            (&plain, json!({ "state": 5 }), "/state must be an object"),
            (&plain, json!({ "state": { "other": 1 } }), "/state must have the cursor field `updated`"),
            (&plain, json!({ "state": { "updated": "soon" } }), "/state/updated is not a value of the cursor: it must be in the format %Y-%m-%dT%H:%M:%SZ"),
            (&plain, json!({ "state": other }), "/state has no state of the stream `changes`"),
            (&lines, json!({ "state": { "states": 5 } }), "/state/states must be a list"),
            (&lines, json!({ "state": { "states": [{ "partition": 5 }] } }), "/state/states/0/partition must be an object"),
            (&lines, json!({ "state": { "states": [{ "partition": {}, "cursor": { "x": 1 } }] } }), "/state/states/0/cursor must have the cursor field `updated`"),
            (&lines, json!({ "state": { "states": [], "lookback_window": "long" } }), "/state/lookback_window must be a number of seconds"),
            (&lines, json!({ "state": { "states": [], "parent_state": { "books": { "x": 1 } } } }), "/state/parent_state/books must have the cursor field `updated`"),
        ] {
            let refused = app.put(path, wrong).await;
            assert_eq!(refused.problem(), (422, "invalid_body"), "{}", refused.text);
            assert_eq!(refused.field_errors(), [error]);
            assert_eq!(app.get(path).await.json["state"], state);
        }
        let without = format!("models/{}/state", model(&app, "books").await);
        let refused = app.put(&without, json!({ "state": state })).await;
        assert!(refused.field_errors()[0].contains("keeps no state"), "{}", refused.text);
        app.put(&without, json!({ "state": { "__ab_no_cursor_state_message": true } })).await.expect(200);
        let unsupported = format!("models/{}/state", model(&app, "odd").await);
        let refused = app.put(&unsupported, json!({ "state": state })).await;
        assert!(refused.field_errors()[0].contains("is not supported"), "{}", refused.text);
    }

    async fn a_state_is_not_changed_while_a_sync_moves_it(db: TestDatabase) {
        let app = ledger(&db).await;
        let connection = connect(&app).await;
        let id = connection.json["models"].as_array().unwrap().iter().find(|model| model["name"] == "changes").unwrap()["id"].as_str().unwrap().to_owned();
        let path = format!("models/{id}/state");
        let sync = app.post(&format!("connections/{}/sync", connection.id()), json!({ "models": [id] })).await.expect(200);
        let refused = app.put(&path, json!({ "state": {} })).await;
        assert_eq!(refused.problem(), (409, "conflict"));
        assert!(refused.text.contains(&sync.ids()[0]), "{}", refused.text);
        app.get(&path).await.expect(200);
        app.post(&format!("syncs/{}/cancel", sync.ids()[0]), None).await.expect(200);
        app.put(&path, json!({ "state": {} })).await.expect(200);
    }
}
