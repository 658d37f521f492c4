//! Syncs: lists, attempts, cancel, retry.

use serde_json::{Value, json};
use syncline_test_support::{TestDatabase, both_databases};

use crate::test_app::TestApp;
use crate::work::{permanent, transient};

both_databases! {
    async fn filters_narrow_the_list(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let connection = app.connect().await;
        let other = app.connect().await.id();
        let first = app.post(&format!("connections/{}/sync", connection.id()), None).await.expect(200);
        app.clock.advance(chrono::Duration::seconds(10));
        let second = app.post(&format!("connections/{other}/sync"), None).await.expect(200);
        let (mut first_ids, mut second_ids) = (first.ids(), second.ids());
        first_ids.reverse();
        second_ids.reverse();
        let all: Vec<_> = second_ids.iter().chain(&first_ids).cloned().collect();
        app.post(&format!("syncs/{}/cancel", first_ids[0]), None).await.expect(200);

        let batch = first.header("syncline-batch-id").unwrap();
        let model = connection.json["models"][0]["id"].as_str().unwrap();
        let of_connection = format!("connections/{}/syncs", connection.id());
        for (path, expected) in [
            ("syncs".to_owned(), &all[..]),
            (format!("syncs?connection_id={other}"), &second_ids[..]),
            (format!("syncs?batch_id={batch}"), &first_ids[..]),
            (format!("syncs?model_id={model}"), &first_ids[1..]),
            ("syncs?status=cancelled".to_owned(), &first_ids[..1]),
            ("syncs?status=cancelled&status=queued".to_owned(), &all[..]),
            ("syncs?created_from=2026-01-01T00:00:10Z".to_owned(), &second_ids[..]),
            ("syncs?created_before=2026-01-01T00:00:10Z".to_owned(), &first_ids[..]),
            (of_connection.clone(), &first_ids[..]),
            (format!("{of_connection}?status=queued"), &first_ids[1..]),
            (format!("{of_connection}?model_id={model}"), &first_ids[1..]),
        ] {
            assert_eq!(app.get(&path).await.expect(200).ids(), expected, "{path}");
        }
    }

    async fn attempts_tell_what_the_sync_does_not(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let connection = app.connect().await.id();
        let path = format!("connections/{connection}/sync");
        let id = app.post(&path, json!({ "models": ["customers"] })).await.expect(200).ids().remove(0);
        assert_eq!(app.get(&format!("syncs/{id}/attempts")).await.expect(200).json, json!([]));
        let fence = app.db_start().await;
        app.db_page(fence, 1, &[("1", json!({ "id": 1 })), ("2", json!({ "id": 2 }))]).await;
        app.db_fail(fence, transient("the provider answered 500")).await;
        let sync = app.get(&format!("syncs/{id}")).await.expect(200);
        snapshot!(sync.redacted(), @r#"
        {
          "created_at": "2026-01-01T00:00:00.000000Z",
          "modified_at": "2026-01-01T00:00:00.000000Z",
          "id": "sync_…",
          "status": "pending_retry",
          "attempt": 1,
          "batch_id": "uuid",
          "completed_at": null,
          "entity_id": null,
          "error": "the provider answered 500",
          "file_id": null,
          "is_initial_sync": true,
          "is_one_off": true,
          "model_id": "model_…",
          "pagination_state": {
            "page": 1
          },
          "started_at": "2026-01-01T00:00:00.000000Z",
          "timerange_end": "2026-01-01T00:00:00.000000Z",
          "timerange_start": null,
          "object": "sync"
        }
        "#);
        let attempts = app.get(&format!("syncs/{id}/attempts")).await.expect(200);
        snapshot!(attempts.redacted(), @r#"
        [
          {
            "number": 1,
            "worker": "worker-1",
            "started_at": "2026-01-01T00:00:00.000000Z",
            "ended_at": "2026-01-01T00:00:00.000000Z",
            "outcome": "retry",
            "error": "the provider answered 500",
            "pages": 1,
            "records": 2,
            "records_per_second": 0.0,
            "added": 2,
            "changed": 0,
            "unchanged": 0,
            "deleted": 0,
            "bytes": 110,
            "requests": 2,
            "warnings": [],
            "object": "attempt"
          }
        ]
        "#);
    }

    async fn cancelling_again_changes_nothing(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let connection = app.connect().await.id();
        let ids = app.post(&format!("connections/{connection}/sync"), None).await.expect(200).ids();
        let path = format!("syncs/{}/cancel", ids[0]);
        let cancelled = app.post(&path, None).await.expect(200);
        assert_eq!(cancelled.json["status"], "cancelled");
        assert_eq!(cancelled.json["completed_at"], "2026-01-01T00:00:00.000000Z");
        assert_eq!(app.post(&path, None).await.expect(200).json, cancelled.json);

        let fence = app.db_start().await;
        app.db_complete(fence).await;
        let refused = app.post(&format!("syncs/{}/cancel", ids[1]), None).await;
        assert_eq!(refused.problem(), (409, "sync_finished"));
    }

    async fn a_retry_makes_a_new_sync_or_a_pending_one_due(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let connection = app.connect().await.id();
        let path = format!("connections/{connection}/sync");
        let body = json!({ "models": ["customers"], "entity_id": "7" });
        let id = app.post(&path, body).await.expect(200).ids().remove(0);
        let retry = format!("syncs/{id}/retry");
        assert_eq!(app.post(&retry, None).await.problem(), (409, "conflict"));

        let fence = app.db_start().await;
        app.db_fail(fence, transient("try again")).await;
        let due = app.post(&retry, None).await.expect(200);
        assert_eq!(due.id(), id);
        assert_eq!(due.header("syncline-batch-id"), None);

        app.db_write(|tx| tx.enqueue_due_syncs(10)).await;
        let fence = app.db_start().await;
        app.db_fail(fence, permanent("never")).await;
        let failed = app.get(&format!("syncs/{id}")).await;
        assert_eq!((&failed.json["status"], &failed.json["error"]), (&json!("failed"), &json!("never")));
        let again = app.post(&retry, None).await.expect(200);
        assert_ne!(again.id(), id);
        assert_eq!(again.json["entity_id"], "7");
        assert_eq!(again.json["batch_id"].as_str(), again.header("syncline-batch-id"));
        assert_ne!(again.json["batch_id"], Value::Null);
    }

    async fn a_running_attempt_shows_its_progress(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let connection = app.connect().await.id();
        let body = json!({ "models": ["customers"] });
        let id = app.post(&format!("connections/{connection}/sync"), body).await.expect(200).ids().remove(0);
        let fence = app.db_start().await;
        let progress = async || {
            let attempts = app.get(&format!("syncs/{id}/attempts")).await.expect(200);
            let attempt = &attempts.json[0];
            (attempt["pages"].clone(), attempt["records"].clone(), attempt["records_per_second"].as_f64().unwrap())
        };
        assert_eq!(progress().await, (json!(0), json!(0), 0.0));
        app.clock.advance(chrono::Duration::seconds(4));
        let record = |key| (key, json!({ "id": key }));
        app.db_page(fence, 1, &[record("1"), record("2"), record("3")]).await;
        assert_eq!(progress().await, (json!(1), json!(3), 0.75));
        app.clock.advance(chrono::Duration::seconds(4));
        assert_eq!(progress().await, (json!(1), json!(3), 0.38));
        app.db_complete(fence).await;
        app.clock.advance(chrono::Duration::hours(1));
        assert_eq!(progress().await, (json!(1), json!(3), 0.38), "it has ended");
    }
}
