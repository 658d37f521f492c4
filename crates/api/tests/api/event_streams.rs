//! Events as they come: `Accept: text/event-stream`.

use actix_web::http::Method;
use actix_web::test::TestRequest;
use futures::future::join;
use serde_json::{Value, json};
use syncline_test_support::{TestDatabase, both_databases};

use crate::test_app::TestApp;

impl TestApp {
    fn stream(&self, path: &str) -> TestRequest {
        self.request(Method::GET, path)
            .insert_header(("Accept", "text/event-stream"))
    }
}

/// Ids and statuses of the events of a stream that has ended.
fn told(text: &str) -> Vec<(String, String)> {
    let parts = text.split("\n\n").filter(|part| part.starts_with("id: "));
    parts
        .map(|part| {
            let (id, data) = part["id: ".len()..].split_once("\ndata: ").unwrap();
            let event: Value = serde_json::from_str(data).unwrap();
            assert_eq!(event["cursor"], id);
            (
                id.to_owned(),
                event["to_status"].as_str().unwrap().to_owned(),
            )
        })
        .collect()
}

fn statuses(text: &str) -> Vec<String> {
    told(text).into_iter().map(|(_, status)| status).collect()
}

both_databases! {
    async fn who_follows_is_told_until_the_shutdown(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let connection = app.connect().await.id();
        app.db_full_pass(&connection, "customers", &[]).await;
        let work = async {
            app.db_full_pass(&connection, "customers", &[]).await;
            app.api.shutdown.cancel();
        };
        let (stream, ()) = join(app.send(app.stream("events")), work).await;
        assert_eq!((stream.status, stream.header("content-type")), (200, Some("text/event-stream")));
        assert!(stream.text.starts_with(": events\n\n"), "{}", stream.text);
        assert_eq!(statuses(&stream.text).join(" "), "queued running complete queued running complete");
        let all = app.get("events").await.expect(200);
        let cursors: Vec<_> = all.json.as_array().unwrap().iter().map(|event| event["cursor"].as_str().unwrap()).collect();
        assert_eq!(told(&stream.text).iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>(), cursors);
    }

    async fn a_stream_goes_on_behind_the_last_event(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let connection = app.connect().await.id();
        app.db_full_pass(&connection, "customers", &[]).await;
        let events = app.get("events").await.expect(200);
        let last = events.json[1]["cursor"].as_str().unwrap().to_owned();
        let wrong = app.stream("events").insert_header(("Last-Event-ID", "5"));
        assert_eq!(app.send(wrong).await.problem(), (422, "invalid_cursor"));
        let filtered = app.stream(&format!("events?connection_id={connection}"));
        let filtered = filtered.insert_header(("Last-Event-ID", last.as_str()));
        assert_eq!(app.send(filtered).await.problem(), (422, "invalid_cursor"));
        let resumed = app.stream("events").insert_header(("Last-Event-ID", last.as_str()));
        let shutdown = async { app.api.shutdown.cancel() };
        let (stream, ()) = join(app.send(resumed), shutdown).await;
        assert_eq!(statuses(&stream.text), ["complete"]);
    }

    async fn streams_are_counted(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let organization = app.db_write(|tx| tx.find_or_insert_organization("acme")).await.id;
        let other = app.db_write(|tx| tx.find_or_insert_organization("other")).await.id;
        let places: Vec<_> = std::iter::from_fn(|| app.api.event_streams.place(organization)).collect();
        assert_eq!(places.len(), 100);
        assert_eq!(app.send(app.stream("events")).await.problem(), (429, "too_many_requests"));
        assert!(app.api.event_streams.place(other).is_some(), "others have room");
        app.get("events").await.expect(200);
        drop(places);
        assert!(app.api.event_streams.place(organization).is_some());
    }

    async fn a_stream_wants_what_a_page_wants(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        assert_eq!(app.with_token("nobody").send(app.with_token("nobody").stream("events")).await.problem(), (401, "unauthorized"));
        assert_eq!(app.send(app.stream("events?sync_id=1")).await.problem(), (422, "invalid_query"));
        let page = app.request(Method::GET, "events").insert_header(("Accept", "application/json"));
        assert_eq!(app.send(page).await.expect(200).json, json!([]));
    }
}
