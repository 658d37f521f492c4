//! The records feed.

use serde_json::json;
use syncline_store::retention::{Keep, Place, Rule};
use syncline_test_support::{TestDatabase, both_databases};

use crate::test_app::TestApp;

both_databases! {
    async fn deletions_that_went_stop_only_who_can_miss_them(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let connection = app.connect().await;
        let path = format!("models/{}/records", connection.json["models"][0]["id"].as_str().unwrap());
        let all = [1, 2, 3].map(|id| (["1", "2", "3"][id - 1], json!({ "id": id })));
        app.db_full_pass(&connection.id(), "customers", &all).await;
        let early = app.get(&format!("{path}?limit=1")).await.expect(200);
        app.db_full_pass(&connection.id(), "customers", &all[..2]).await;
        app.clock.advance(chrono::Duration::days(91));
        let gone = app.db_write(|tx| tx.apply_rule(Rule::Deletions, &Keep::default(), Place::default(), 9));
        assert_eq!(gone.await.count, 1);
        let early = early.header("next-cursor").unwrap().to_owned();
        assert_eq!(app.get(&format!("{path}?cursor={early}")).await.problem(), (410, "cursor_expired"));
        // Who begins now goes on page by page, by Next-Cursor and by the cursor of a record.
        let first = app.get(&format!("{path}?limit=1")).await.expect(200);
        for cursor in [first.header("next-cursor").unwrap(), first.json[0]["cursor"].as_str().unwrap()] {
            let second = app.get(&format!("{path}?cursor={cursor}")).await.expect(200);
            assert_eq!(second.json[0]["data"]["id"], 2);
        }
    }

    async fn the_feed_is_read_to_the_end_and_gone_on_with(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let connection = app.connect().await;
        let model = connection.json["models"][0]["id"].as_str().unwrap();
        let path = format!("models/{model}/records");
        let empty = app.get(&path).await.expect(200);
        assert_eq!(empty.json, json!([]));
        let beginning = empty.header("next-cursor").unwrap().to_owned();

        let (one, two, three) = (json!({ "id": 1, "z": "a", "a": 1.50 }), json!({ "id": 2 }), json!({ "id": 3 }));
        app.db_full_pass(&connection.id(), "customers", &[("1", one), ("2", two.clone()), ("3", three)]).await;
        let first = app.get(&format!("{path}?limit=2")).await.expect(200);
        assert_eq!(first.json.as_array().unwrap().len(), 2);
        let mut record = first.redacted()[0].clone();
        record["cursor"] = "…".into();
        snapshot!(record, @r#"
        {
          "id": "rec_…",
          "data": {
            "id": 1,
            "z": "a",
            "a": 1.5
          },
          "created_at": "2026-01-01T00:00:00.000000Z",
          "modified_at": null,
          "deleted_at": null,
          "sync_id": "sync_…",
          "cursor": "…",
          "object": "record"
        }
        "#);
        let link = first.header("link").unwrap();
        let next = link.strip_prefix('<').unwrap().strip_suffix(">; rel=\"next\"").unwrap();
        let second = app.get(next).await.expect(200);
        assert_eq!(second.json[0]["data"], json!({ "id": 3 }));
        let end = second.header("next-cursor").unwrap().to_owned();
        assert_eq!(second.json[0]["cursor"], end.as_str());
        assert_eq!(app.get(&format!("{path}?cursor={end}")).await.expect(200).json, json!([]));

        app.clock.advance(chrono::Duration::hours(1));
        app.db_full_pass(&connection.id(), "customers", &[("2", json!({ "id": 2, "v": 2 })), ("3", json!({ "id": 3 }))]).await;
        let data = |answer: &crate::answer::Answer| -> Vec<_> {
            let items = answer.json.as_array().unwrap().iter();
            items.map(|r| (r["data"].clone(), r["deleted_at"].is_string())).collect()
        };
        let changes = app.get(&format!("{path}?cursor={end}")).await.expect(200);
        assert_eq!(data(&changes)[0], (json!({ "id": 2, "v": 2 }), false));
        assert_eq!(data(&changes)[1].0["id"], 1);
        assert!(data(&changes)[1].1, "deleted");
        assert_eq!(data(&changes).len(), 2);
        let live = app.get(&format!("{path}?cursor={end}&include_deleted=false")).await.expect(200);
        assert_eq!(live.json.as_array().unwrap().len(), 1);
        assert_eq!(live.header("next-cursor"), changes.header("next-cursor"), "hidden rows are passed");
        assert_eq!(app.get(&path).await.json.as_array().unwrap().len(), 2);
        assert_eq!(app.get(&format!("{path}?cursor={beginning}")).await.json.as_array().unwrap().len(), 3);

        for id in changes.ids() {
            let read = app.get(&format!("{path}/{id}")).await.expect(200);
            assert!(changes.json.as_array().unwrap().contains(&read.json), "{}", read.text);
        }
        let other = "rec_01h455vb4pex5vsknk084sn02q";
        assert_eq!(app.get(&format!("{path}/{other}")).await.problem(), (404, "not_found"));
    }
}
