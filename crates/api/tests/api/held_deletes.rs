//! Held deletes: listed, released, dismissed and undone.

use serde_json::{Value, json};
use syncline_test_support::{TestDatabase, both_databases};

use crate::answer::Answer;
use crate::test_app::TestApp;

fn records(count: usize) -> Vec<(String, Value)> {
    (0..count)
        .map(|i| (format!("k{i:03}"), json!({ "id": i })))
        .collect()
}

impl TestApp {
    /// Customers of a connection, of which the last pass saw two of thirty; gives the connection
    /// and the held deletes.
    pub async fn db_hold(&self) -> (String, String) {
        let connection = self.connect().await.id();
        let all = records(30);
        let all: Vec<_> = all.iter().map(|(k, v)| (k.as_str(), v.clone())).collect();
        self.db_full_pass(&connection, "customers", &all).await;
        self.post(
            &format!("connections/{connection}/sync"),
            json!({ "models": ["customers"] }),
        )
        .await
        .expect(200);
        let fence = self.db_start().await;
        self.db_page(fence, 1, &all[..2]).await;
        self.db_complete_guarded(fence).await;
        let held = self
            .get(&format!("held_deletes?connection_id={connection}"))
            .await
            .expect(200);
        (connection, held.ids().remove(0))
    }

    /// What the engine does.
    async fn db_work_off(&self) {
        while self
            .db_write(|tx| tx.work_off_held_deletes(7))
            .await
            .is_some()
        {}
    }

    async fn decide(&self, id: &str, decision: &str) -> Answer {
        self.post(&format!("held_deletes/{id}/{decision}"), None)
            .await
    }

    async fn customers(&self, connection: &str, cursor: &str) -> Answer {
        let models = self.get(&format!("connections/{connection}/models")).await;
        let model = models.ids().remove(0);
        self.get(&format!("models/{model}/records?limit=1000{cursor}"))
            .await
            .expect(200)
    }
}

fn count(answer: &Answer) -> usize {
    answer.json.as_array().unwrap().len()
}

both_databases! {
    async fn held_deletes_are_released_and_undone(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let (connection, id) = app.db_hold().await;
        let held = app.get(&format!("held_deletes/{id}")).await.expect(200);
        snapshot!(held.redacted(), @r#"
        {
          "id": "held_…",
          "created_at": "2026-01-01T00:00:00.000000Z",
          "modified_at": "2026-01-01T00:00:00.000000Z",
          "decided_at": null,
          "connection_id": "conn_…",
          "model_id": "model_…",
          "sync_id": "sync_…",
          "status": "held",
          "reason": "too_many",
          "held": 28,
          "live": 30,
          "spared": 0,
          "released": 0,
          "undone": 0,
          "object": "held_deletes"
        }
        "#);
        let sync = held.json["sync_id"].as_str().unwrap();
        let attempts = app.get(&format!("syncs/{sync}/attempts")).await.expect(200);
        let warning = &attempts.json[0]["warnings"][0];
        assert_eq!(warning["code"], "deletes_held");
        assert!(warning["message"].as_str().unwrap().contains(&id), "{warning}");

        let (mut path, mut sizes) = (format!("held_deletes/{id}/records?limit=10"), Vec::new());
        loop {
            let page = app.get(&path).await.expect(200);
            sizes.push(count(&page));
            let Some(cursor) = page.header("next-cursor") else { break };
            path = format!("held_deletes/{id}/records?limit=10&cursor={cursor}");
        }
        assert_eq!(sizes.iter().sum::<usize>(), 28);
        let first = app.get(&format!("held_deletes/{id}/records?limit=1")).await;
        assert_eq!(first.json[0]["data"]["id"], 2);
        let before = app.customers(&connection, "").await;
        assert_eq!(count(&before), 30);
        let cursor = format!("&cursor={}", before.header("next-cursor").unwrap());

        let releasing = app.decide(&id, "release").await.expect(200);
        assert_eq!(releasing.json["status"], "releasing");
        app.db_work_off().await;
        let released = app.decide(&id, "release").await.expect(200);
        assert_eq!((&released.json["status"], &released.json["released"]), (&json!("released"), &json!(28)));
        let gone = app.customers(&connection, &cursor).await;
        assert_eq!(count(&gone), 28);
        assert!(gone.json.as_array().unwrap().iter().all(|record| record["deleted_at"].is_string()));
        assert_eq!(app.decide(&id, "dismiss").await.problem(), (409, "conflict"));

        let cursor = format!("&cursor={}", gone.header("next-cursor").unwrap());
        assert_eq!(app.decide(&id, "undo").await.expect(200).json["status"], "undoing");
        app.db_work_off().await;
        let undone = app.decide(&id, "undo").await.expect(200);
        assert_eq!((&undone.json["status"], &undone.json["undone"]), (&json!("undone"), &json!(28)));
        let back = app.customers(&connection, &cursor).await;
        assert_eq!(count(&back), 28);
        assert!(back.json.as_array().unwrap().iter().all(|record| record["deleted_at"].is_null()));
        assert_eq!(app.decide(&id, "release").await.problem(), (409, "conflict"));
    }

    async fn held_deletes_are_dismissed(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let (connection, id) = app.db_hold().await;
        assert_eq!(app.decide(&id, "undo").await.problem(), (409, "conflict"));
        for _ in 0..2 {
            assert_eq!(app.decide(&id, "dismiss").await.expect(200).json["status"], "dismissed");
        }
        assert_eq!(app.decide(&id, "release").await.problem(), (409, "conflict"));
        assert_eq!(count(&app.get(&format!("held_deletes/{id}/records")).await.expect(200)), 0);
        assert_eq!(count(&app.customers(&connection, "").await), 30);
        let trail = app.get(&format!("audit_events?target={id}")).await.expect(200);
        assert_eq!(count(&trail), 2, "each answer that was good");
    }

    async fn the_list_is_narrowed(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let (connection, id) = app.db_hold().await;
        let (_, other) = app.db_hold().await;
        app.decide(&other, "dismiss").await.expect(200);
        let model = app.get(&format!("connections/{connection}/models")).await.ids().remove(0);
        for (filter, expected) in [
            (String::new(), vec![&other, &id]),
            ("status=held".to_owned(), vec![&id]),
            ("status=held&status=dismissed".to_owned(), vec![&other, &id]),
            (format!("connection_id={connection}"), vec![&id]),
            (format!("model_id={model}&status=held"), vec![&id]),
            (format!("model_id={model}&connection_id={connection}"), vec![&id]),
            (format!("model_id={model}&status=released"), vec![]),
        ] {
            let page = app.get(&format!("held_deletes?{filter}")).await.expect(200);
            assert_eq!(page.ids().iter().collect::<Vec<_>>(), expected, "{filter}");
        }
        let first = app.get("held_deletes?limit=1").await.expect(200);
        let cursor = first.header("next-cursor").unwrap();
        assert_eq!(app.get(&format!("held_deletes?cursor={cursor}")).await.ids(), [id]);
        assert_eq!(app.get("held_deletes?status=gone").await.problem(), (422, "invalid_query"));
    }
}
