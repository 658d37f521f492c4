//! Batches: members, sums, waiting, cancelling.

use futures::future::join;
use serde_json::{Value, json};
use syncline_test_support::{TestDatabase, both_databases};

use crate::answer::Answer;
use crate::test_app::TestApp;

fn batch_of(answer: &Answer) -> String {
    format!("batches/{}", answer.header("syncline-batch-id").unwrap())
}

/// `status` of each member, in the order of the models.
fn statuses(batch: &Answer) -> Vec<&str> {
    let members = batch.json["members"].as_array().unwrap().iter();
    members
        .map(|member| member["sync"]["status"].as_str().unwrap())
        .collect()
}

both_databases! {
    async fn a_batch_names_its_syncs_and_sums_them_up(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let connection = app.connect().await.id();
        let path = format!("connections/{connection}/sync");
        let one = app.post(&path, json!({ "models": ["invoices"] })).await.expect(200);
        let both = app.post(&path, None).await.expect(200);
        let batch = app.get(&batch_of(&both)).await.expect(200);
        let members = batch.json["members"].as_array().unwrap();
        let joined: Vec<_> = members.iter().map(|m| (&m["sync"]["id"], &m["is_joined"])).collect();
        assert_eq!(joined, [(&both.json[0]["id"], &json!(false)), (&one.json[0]["id"], &json!(true))]);

        for rows in [&[("1", json!({ "id": 1 })), ("2", json!({ "id": 2 }))][..], &[("3", json!({ "id": 3 }))]] {
            let fence = app.db_start().await;
            app.db_page(fence, 1, rows).await;
        }
        let mut shown = app.get(&batch_of(&both)).await.expect(200).redacted();
        shown["members"] = "…".into();
        snapshot!(shown, @r#"
        {
          "id": "uuid",
          "connection_id": "conn_…",
          "created_at": "2026-01-01T00:00:00.000000Z",
          "cancelled_at": null,
          "is_final": false,
          "statuses": {
            "scheduled": 0,
            "queued": 0,
            "running": 2,
            "pending_retry": 0,
            "complete": 0,
            "failed": 0,
            "cancelled": 0
          },
          "counters": {
            "pages": 2,
            "records": 3,
            "added": 3,
            "changed": 0,
            "unchanged": 0,
            "deleted": 0,
            "bytes": 200,
            "requests": 2
          },
          "members": "…",
          "object": "batch"
        }
        "#);
    }

    async fn who_waits_for_a_batch_is_answered_when_all_of_it_is_final(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let connection = app.connect().await.id();
        let made = app.post(&format!("connections/{connection}/sync"), None).await.expect(200);
        let path = format!("{}?wait=60", batch_of(&made));
        let work = async {
            for _ in 0..2 {
                let fence = app.db_start().await;
                app.db_complete(fence).await;
            }
        };
        let (answer, ()) = join(app.get(&path), work).await;
        assert_eq!(statuses(&answer.expect(200)), ["complete", "complete"]);
        let again = app.get(&path).await.expect(200);
        assert_eq!(again.json["is_final"], true);
        let empty = app.get(&format!("{}?wait=61", batch_of(&made))).await;
        assert_eq!(empty.problem(), (422, "invalid_query"));
    }

    async fn a_shutdown_answers_who_waits_for_a_batch(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let connection = app.connect().await.id();
        let made = app.post(&format!("connections/{connection}/sync"), None).await.expect(200);
        let path = format!("{}?wait=60", batch_of(&made));
        let (answer, ()) = join(app.get(&path), async { app.api.shutdown.cancel() }).await;
        assert_eq!(answer.expect(200).json["is_final"], false);
    }

    async fn a_cancelled_batch_spares_what_another_holds_until_that_is_cancelled_too(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let connection = app.connect().await.id();
        let path = format!("connections/{connection}/sync");
        let one = app.post(&path, json!({ "models": ["invoices"] })).await.expect(200);
        let both = app.post(&path, None).await.expect(200);
        let cancel = |made: &Answer| format!("{}/cancel", batch_of(made));

        let first = app.post(&cancel(&both), None).await.expect(200);
        assert_eq!(statuses(&first), ["cancelled", "queued"]);
        assert_eq!(first.json["cancelled_at"], "2026-01-01T00:00:00.000000Z");
        app.clock.advance(chrono::Duration::hours(1));
        let again = app.post(&cancel(&both), None).await.expect(200);
        assert_eq!(again.json, first.json);
        // Now nobody else wants it.
        let last = app.post(&cancel(&one), None).await.expect(200);
        assert_eq!(statuses(&last), ["cancelled"]);
        assert_eq!(statuses(&app.get(&batch_of(&both)).await.expect(200)), ["cancelled", "cancelled"]);
    }

    async fn a_cancelled_batch_spares_what_a_schedule_wants(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let connection = app.connect().await;
        let models: Vec<&str> = connection.json["models"].as_array().unwrap().iter().map(|m| m["id"].as_str().unwrap()).collect();
        let path = format!("connections/{}/sync", connection.id());
        for model in &models[..2] {
            app.put(&format!("models/{model}/schedule"), json!({ "interval_seconds": 60, "jitter_seconds": 0 })).await.expect(200);
        }
        // The schedule joins what the batch made, and the batch what the schedule made.
        let made = app.post(&path, json!({ "models": [models[0]] })).await.expect(200);
        app.clock.advance(chrono::Duration::minutes(1));
        assert_eq!(app.db_write(|tx| tx.create_scheduled_syncs(10)).await, 2);
        let joined = app.post(&path, json!({ "models": [models[1]] })).await.expect(200);
        assert_eq!(joined.json[0]["is_one_off"], false);
        for batch in [&made, &joined] {
            let cancelled = app.post(&format!("{}/cancel", batch_of(batch)), None).await.expect(200);
            assert_eq!(statuses(&cancelled), ["queued"]);
        }
    }

    async fn a_cancelled_batch_leaves_what_is_final_and_hands_its_turns_on(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let connection = app.connect().await.id();
        let path = format!("connections/{connection}/sync");
        let both = app.post(&path, None).await.expect(200);
        let fence = app.db_start().await;
        app.db_complete(fence).await;
        let running = app.db_start().await;
        let waiting = app.post(&path, json!({ "models": ["invoices"], "full_refresh": true })).await.expect(200);
        assert_eq!(waiting.json[0]["status"], "scheduled");
        let cancelled = app.post(&format!("{}/cancel", batch_of(&both)), None).await.expect(200);
        assert_eq!(statuses(&cancelled), ["complete", "cancelled"]);
        let late = app.api.store.write(syncline_store::store::Lane::Bulk, move |tx| tx.complete_sync(running)).await;
        assert!(late.is_err(), "a cancelled run changes nothing");
        assert_eq!(app.get(&format!("syncs/{}", waiting.ids()[0])).await.json["status"], "queued");
    }

    async fn an_empty_batch_is_final(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let connection = app.connect().await;
        for model in &connection.json["models"].as_array().unwrap()[..2] {
            let path = format!("models/{}", model["id"].as_str().unwrap());
            app.patch(&path, json!({ "is_read_enabled": false })).await.expect(200);
        }
        let made = app.post(&format!("connections/{}/sync", connection.id()), None).await.expect(200);
        let batch = app.get(&format!("{}?wait=60", batch_of(&made))).await.expect(200);
        assert_eq!((&batch.json["is_final"], &batch.json["members"]), (&Value::Bool(true), &json!([])));
    }
}
