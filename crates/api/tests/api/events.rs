//! The feed of events.

use chrono::Duration;
use serde_json::{Value, json};
use syncline_store::retention::{Keep, Place, Rule};
use syncline_test_support::{TestDatabase, both_databases};

use crate::answer::Answer;
use crate::test_app::TestApp;
use crate::work::permanent;

fn told(answer: &Answer) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or("made").to_owned();
    let rows = answer.json.as_array().unwrap().iter();
    rows.map(|row| format!("{} {}", text(&row["transition"]), text(&row["to_status"])))
        .collect()
}

both_databases! {
    async fn a_reader_follows_syncs_without_asking_for_each(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let empty = app.get("events").await.expect(200);
        assert_eq!(empty.json, json!([]));
        let connection = app.connect().await.id();
        app.db_full_pass(&connection, "customers", &[("1", json!({ "id": 1 }))]).await;
        let first = app.get("events?limit=2").await.expect(200);
        assert_eq!(told(&first), ["made queued", "start running"]);
        let link = first.header("link").unwrap();
        let next = link.strip_prefix('<').unwrap().strip_suffix(">; rel=\"next\"").unwrap();
        let second = app.get(next).await.expect(200);
        let mut event = second.redacted()[0].clone();
        event["cursor"] = "…".into();
        snapshot!(event, @r#"
        {
          "id": "event_…",
          "created_at": "2026-01-01T00:00:00.000000Z",
          "connection_id": "conn_…",
          "model_id": "model_…",
          "sync_id": "sync_…",
          "attempt": 1,
          "transition": "complete",
          "from_status": "running",
          "to_status": "complete",
          "error": null,
          "cursor": "…",
          "object": "event"
        }
        "#);
        let end = second.header("next-cursor").unwrap().to_owned();
        assert_eq!(second.json[0]["cursor"], end.as_str());
        let nothing = app.get(&format!("events?cursor={end}")).await.expect(200);
        assert_eq!((&nothing.json, nothing.header("next-cursor")), (&json!([]), Some(end.as_str())));

        app.post(&format!("connections/{connection}/sync"), json!({ "models": ["invoices"] })).await.expect(200);
        let fence = app.db_start().await;
        app.db_fail(fence, permanent("the key is wrong")).await;
        let more = app.get(&format!("events?cursor={end}")).await.expect(200);
        assert_eq!(told(&more).last().unwrap(), "fail failed");
        assert_eq!(more.json[2]["error"], "the key is wrong");
        assert_eq!(app.get(&format!("events?cursor={}", empty.header("next-cursor").unwrap())).await.json.as_array().unwrap().len(), 6);
    }

    async fn the_feed_is_narrowed_and_a_cursor_belongs_to_its_filters(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let (one, other) = (app.connect().await, app.connect().await);
        let syncs = app.post(&format!("connections/{}/sync", one.id()), None).await.expect(200);
        app.post(&format!("connections/{}/sync", other.id()), None).await.expect(200);
        app.post(&format!("syncs/{}/cancel", syncs.ids()[0]), None).await.expect(200);
        for (filter, count) in [
            (format!("connection_id={}", one.id()), 3),
            (format!("model_id={}", one.json["models"][0]["id"].as_str().unwrap()), 2),
            (format!("sync_id={}", syncs.ids()[0]), 2),
            (format!("sync_id={}&connection_id={}", syncs.ids()[0], other.id()), 0),
            (String::new(), 5),
        ] {
            let page = app.get(&format!("events?{filter}")).await.expect(200);
            assert_eq!(told(&page).len(), count, "{filter}");
        }
        let narrow = app.get(&format!("events?limit=1&sync_id={}", syncs.ids()[0])).await.expect(200);
        let cursor = narrow.header("next-cursor").unwrap();
        assert_eq!(app.get(&format!("events?cursor={cursor}")).await.problem(), (422, "invalid_cursor"));
        let next = app.get(&format!("events?sync_id={}&cursor={cursor}", syncs.ids()[0])).await.expect(200);
        assert_eq!(told(&next), ["cancel cancelled"]);
        assert_eq!(app.get("events?sync_id=conn_1").await.problem(), (422, "invalid_query"));
    }

    async fn others_see_nothing_of_it(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let (connection, neighbour) = (app.connect().await.id(), app.connect().await.id());
        app.post(&format!("connections/{connection}/sync"), None).await.expect(200);
        let other = app.as_organization("other").await;
        assert_eq!(other.get("events").await.expect(200).json, json!([]));
        let own = app.get("events").await.expect(200);
        let cursor = own.header("next-cursor").unwrap();
        assert_eq!(other.get(&format!("events?cursor={cursor}")).await.problem(), (422, "invalid_cursor"));
        let grant = json!({ "scope": "read", "connection_ids": [neighbour] });
        let limited = app.post("tokens", grant).await.expect(201);
        let limited = app.with_token(limited.json["secret"].as_str().unwrap());
        assert_eq!(limited.get("events").await.expect(200).json, json!([]));
        app.post(&format!("connections/{neighbour}/sync"), None).await.expect(200);
        assert_eq!(limited.get("events").await.expect(200).json.as_array().unwrap().len(), 2);
    }

    async fn a_cursor_of_what_is_no_longer_kept_is_gone(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let connection = app.connect().await.id();
        app.db_full_pass(&connection, "customers", &[]).await;
        let early = app.get("events?limit=1").await.expect(200);
        let early = early.header("next-cursor").unwrap();
        app.clock.advance(Duration::days(31));
        app.db_full_pass(&connection, "customers", &[]).await;
        let gone = app.db_write(|tx| tx.apply_rule(Rule::Events, &Keep::default(), Place::default(), 9)).await;
        assert_eq!(gone.count, 3);
        assert_eq!(app.get(&format!("events?cursor={early}")).await.problem(), (410, "cursor_expired"));
        assert_eq!(told(&app.get("events").await.expect(200)).len(), 3);
    }
}
