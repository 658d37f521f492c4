//! Models and their schedules.

use serde_json::json;
use syncline_test_support::{TestDatabase, both_databases};

use crate::test_app::TestApp;

both_databases! {
    async fn a_model_shows_what_it_can_and_its_newest_sync(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let connection = app.connect().await;
        let list = app.get(&format!("connections/{}/models", connection.id())).await.expect(200);
        assert_eq!(list.json, connection.json["models"]);
        snapshot!(list.redacted()[2], @r#"
        {
          "created_at": "2026-01-01T00:00:00.000000Z",
          "modified_at": null,
          "id": "model_…",
          "name": "odd",
          "display_name": "The customers",
          "connection_id": "conn_…",
          "is_read_enabled": false,
          "is_write_enabled": false,
          "is_custom_object": false,
          "is_file_upload_enabled": false,
          "is_webhooks_setup": false,
          "is_read_supported": false,
          "is_write_supported": false,
          "is_sync_supported": false,
          "next_sync_at": null,
          "last_sync": null,
          "object": "model"
        }
        "#);
        let id = list.ids().remove(0);
        let sync = app.post(&format!("connections/{}/sync", connection.id()), None).await.expect(200);
        let model = app.get(&format!("models/{id}")).await.expect(200);
        assert_eq!(model.json["last_sync"], sync.json[0]);
    }

    async fn a_patch_changes_what_it_names(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let connection = app.connect().await;
        let id = |index: usize| connection.json["models"][index]["id"].as_str().unwrap();
        let path = format!("models/{}", id(0));
        let changed = app
            .patch(&path, json!({ "display_name": "Clients", "is_read_enabled": false, "overlap_seconds": 600.0 }))
            .await
            .expect(200);
        assert_eq!(changed.json["display_name"], "Clients");
        assert_eq!(changed.json["is_read_enabled"], false);
        let refused = app.patch(&path, json!({ "overlap_seconds": -1, "is_write_enabled": true })).await;
        assert_eq!(refused.problem(), (422, "invalid_body"));
        assert_eq!(refused.field_errors(), [
            "/overlap_seconds must be from 0 to 31622400",
            "/is_write_enabled is not a field of this request",
        ]);
        let unsupported = app.patch(&format!("models/{}", id(2)), json!({ "is_read_enabled": true })).await;
        assert_eq!(unsupported.problem(), (409, "conflict"));
    }

    async fn a_schedule_is_set_and_cleared(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let connection = app.connect().await;
        let model = connection.json["models"][0]["id"].as_str().unwrap();
        let path = format!("models/{model}/schedule");
        snapshot!(app.get(&path).await.expect(200).redacted(), @r#"
        {
          "model_id": "model_…",
          "interval_seconds": null,
          "cron": null,
          "time_zone": null,
          "jitter_seconds": null,
          "next_sync_at": null,
          "object": "schedule"
        }
        "#);
        let set = app.put(&path, json!({ "interval_seconds": 3600.0, "jitter_seconds": 0 })).await.expect(200);
        snapshot!(set.redacted(), @r#"
        {
          "model_id": "model_…",
          "interval_seconds": 3600,
          "cron": null,
          "time_zone": null,
          "jitter_seconds": 0,
          "next_sync_at": "2026-01-01T01:00:00.000000Z",
          "object": "schedule"
        }
        "#);
        assert_eq!(app.get(&path).await.json, set.json);
        assert_eq!(app.get(&format!("models/{model}")).await.json["next_sync_at"], set.json["next_sync_at"]);
        for body in [json!({}), json!({ "interval_seconds": 59 }), json!({ "interval_seconds": 3600.5 }), json!({ "interval_seconds": 1e300 })] {
            let refused = app.put(&path, body).await;
            assert_eq!(refused.problem(), (422, "invalid_body"));
            assert!(refused.field_errors()[0].starts_with("/interval_seconds "), "{}", refused.text);
        }
        let cleared = app.put(&path, json!({ "interval_seconds": null })).await.expect(200);
        assert_eq!(cleared.json["interval_seconds"], json!(null));
        assert_eq!(cleared.json["next_sync_at"], json!(null));
    }

    async fn a_cron_line_is_set_in_its_time_zone(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let connection = app.connect().await;
        let model = connection.json["models"][0]["id"].as_str().unwrap();
        let path = format!("models/{model}/schedule");
        let body = json!({ "cron": "0 3 * * 1-5", "time_zone": "Europe/Paris", "jitter_seconds": 0 });
        let set = app.put(&path, body).await.expect(200);
        snapshot!(set.redacted(), @r#"
        {
          "model_id": "model_…",
          "interval_seconds": null,
          "cron": "0 3 * * 1-5",
          "time_zone": "Europe/Paris",
          "jitter_seconds": 0,
          "next_sync_at": "2026-01-01T02:00:00.000000Z",
          "object": "schedule"
        }
        "#);
        assert_eq!(app.get(&path).await.json, set.json);
        // The usual jitter; the same for this model whenever it is asked for.
        let body = json!({ "cron": "0 3 * * 1-5", "interval_seconds": null });
        let usual = app.put(&path, body.clone()).await.expect(200).json;
        assert_eq!((&usual["time_zone"], &usual["jitter_seconds"]), (&json!("UTC"), &json!(60)));
        assert!(usual["next_sync_at"].as_str().unwrap().starts_with("2026-01-01T03:00:"), "{usual}");
        app.clock.advance(chrono::Duration::minutes(1));
        assert_eq!(app.put(&path, body).await.expect(200).json, usual);

        // It tells of a sync only while one will come.
        let disabled = app.patch(&format!("connections/{}", connection.id()), json!({ "is_sync_disabled": true })).await.expect(200);
        assert_eq!(disabled.json["models"][0]["next_sync_at"], json!(null));
        assert_eq!(app.get(&path).await.json["next_sync_at"], json!(null));
        app.patch(&format!("connections/{}", connection.id()), json!({ "is_sync_disabled": false })).await.expect(200);
        assert_eq!(app.get(&path).await.json, usual);
        let off = app.patch(&format!("models/{model}"), json!({ "is_read_enabled": false })).await.expect(200);
        assert_eq!(off.json["next_sync_at"], json!(null));

        let never = app.put(&path, json!({ "cron": "0 0 31 2 *" })).await;
        assert_eq!(never.field_errors(), ["/cron never fires: name a day that its month has"]);
        let cleared = app.put(&path, json!({ "interval_seconds": null })).await.expect(200);
        assert_eq!((&cleared.json["cron"], &cleared.json["jitter_seconds"]), (&json!(null), &json!(null)));
    }
}
