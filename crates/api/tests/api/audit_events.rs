//! The audit trail.

use actix_web::http::Method;
use chrono::Duration;
use serde_json::{Value, json};
use syncline_store::retention::{Keep, Place, Rule};
use syncline_store::tx::Tx;
use syncline_test_support::{TestDatabase, both_databases};

use crate::answer::Answer;
use crate::test_app::TestApp;

/// Operation and status of each row, newest first.
fn told(answer: &Answer) -> Vec<String> {
    let rows = answer.json.as_array().unwrap().iter();
    rows.map(|row| {
        format!(
            "{} {}",
            row["operation_id"].as_str().unwrap(),
            row["status"]
        )
    })
    .collect()
}

both_databases! {
    async fn a_change_tells_who_what_and_under_which_request(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let connection = app.connect().await;
        let trail = app.get("audit_events").await.expect(200);
        let row = &trail.json[0];
        assert_eq!(row["target"], connection.id());
        assert_eq!(row["request_id"].as_str(), connection.header("x-request-id"));
        assert_eq!(row["token_id"], app.get("tokens").await.json[0]["id"]);
        snapshot!(trail.redacted(), @r#"
        [
          {
            "id": "audit_…",
            "created_at": "2026-01-01T00:00:00.000000Z",
            "token_id": "tok_…",
            "operation_id": "create_connection",
            "target": "conn_…",
            "request_id": "uuid",
            "status": 201,
            "object": "audit_event"
          }
        ]
        "#);
    }

    async fn what_changes_nothing_leaves_nothing(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let id = app.connect().await.id();
        app.patch(&format!("connections/{id}"), json!({ "name": "" })).await.expect(422);
        app.delete("connections/conn_01h455vb4pex5vsknk084sn02q").await.expect(404);
        let sync = || {
            let request = app.request(Method::POST, &format!("connections/{id}/sync"));
            request.insert_header(("Idempotency-Key", "k"))
        };
        let first = app.send(sync()).await.expect(200);
        app.send(sync()).await.expect(200);
        let cancel = format!("syncs/{}/cancel", first.ids()[0]);
        app.post(&cancel, None).await.expect(200);
        app.get("syncs").await.expect(200);
        let trail = app.get("audit_events").await.expect(200);
        assert_eq!(told(&trail), ["cancel_sync 200", "request_sync 200", "create_connection 201"]);
        assert_eq!(trail.json[1]["request_id"].as_str(), first.header("x-request-id"));
    }

    async fn the_trail_is_narrowed_and_read_in_pages(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let own = app.get("tokens").await.json[0]["id"].as_str().unwrap().to_owned();
        let connection = app.connect().await.id();
        app.clock.advance(Duration::hours(1));
        let made = app.post("tokens", json!({ "scope": "write" })).await.expect(201);
        let writer = app.with_token(made.json["secret"].as_str().unwrap());
        app.clock.advance(Duration::hours(1));
        writer.patch(&format!("connections/{connection}"), json!({ "name": "New" })).await.expect(200);
        writer.delete(&format!("connections/{connection}")).await.expect(204);

        for (filter, expected) in [
            (format!("token_id={own}"), vec!["create_token 201", "create_connection 201"]),
            (format!("token_id={}", made.id()), vec!["delete_connection 204", "update_connection 200"]),
            (format!("target={connection}"), vec!["delete_connection 204", "update_connection 200", "create_connection 201"]),
            (format!("target={connection}&token_id={own}"), vec!["create_connection 201"]),
            ("created_from=2026-01-01T01:00:00Z&created_before=2026-01-01T02:00:00Z".to_owned(), vec!["create_token 201"]),
            ("created_before=2026-01-01T00:00:00Z".to_owned(), vec![]),
        ] {
            let page = app.get(&format!("audit_events?{filter}")).await.expect(200);
            assert_eq!(told(&page), expected, "{filter}");
        }
        let mut path = "audit_events?limit=3".to_owned();
        let mut sizes = Vec::new();
        loop {
            let page = app.get(&path).await.expect(200);
            sizes.push(page.json.as_array().unwrap().len());
            let Some(cursor) = page.header("next-cursor") else { break };
            path = format!("audit_events?limit=3&cursor={cursor}");
        }
        assert_eq!(sizes, [3, 1]);
        let other = app.as_organization("other").await;
        assert_eq!(other.get(&format!("audit_events?token_id={own}")).await.expect(200).json, json!([]));
        assert_eq!(writer.get("audit_events").await.problem(), (403, "insufficient_scope"));
    }

    async fn what_is_too_old_goes(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        app.connect().await;
        app.clock.advance(Duration::days(365));
        app.connect().await;
        let purge = |tx: &mut Tx<'_>| {
            tx.apply_rule(Rule::AuditEvents, &Keep::default(), Place::default(), 10)
        };
        assert_eq!(app.db_write(purge).await.count, 0);
        app.clock.advance(Duration::seconds(1));
        assert_eq!(app.db_write(purge).await.count, 1);
        let trail = app.get("audit_events").await.expect(200);
        assert_eq!(trail.json.as_array().map(Vec::len), Some(1));
        assert_ne!(trail.json[0]["created_at"], Value::Null);
    }
}
