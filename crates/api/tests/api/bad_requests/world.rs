//! What the bad requests are sent to, and the names of what is in it.

use serde_json::{Value, json};
use syncline_test_support::TestDatabase;

use crate::answer::Answer;
use crate::test_app::{TestApp, V2};

/// Two organizations: `acme` has two connections, a sync that is complete, one that runs, records
/// and deletions, and an idempotency key; the other has as much.
pub struct World {
    pub app: TestApp,
    names: Vec<(&'static str, String)>,
}

impl World {
    pub async fn new(db: &TestDatabase) -> Self {
        let app = TestApp::new(db).await;
        let mut world = Self {
            app,
            names: Vec::new(),
        };
        world.name("long", "x".repeat(256));
        world.name("huge", "x".repeat(5000));
        world.acme(db).await;
        world.foreign().await;
        world.damage();
        world
    }

    async fn acme(&mut self, db: &TestDatabase) {
        let app = self.app.clone();
        let connection = app.connect().await;
        let (id, models) = (connection.id(), &connection.json["models"]);
        let model = model_id(models, 0);
        let records = |ids: &[i64]| -> Vec<(String, Value)> {
            ids.iter()
                .map(|id| (id.to_string(), json!({ "id": id })))
                .collect()
        };
        let mut begun = None;
        for ids in [&[1, 2, 3][..], &[1, 3]] {
            let records = records(ids);
            let records: Vec<_> = records
                .iter()
                .map(|(key, data)| (key.as_str(), data.clone()))
                .collect();
            app.db_full_pass(&id, "customers", &records).await;
            // Who begins here misses the deletion of the second pass, once it is purged.
            if begun.is_none() {
                let page = app.get(&format!("models/{model}/records?limit=1")).await;
                begun = Some(page.expect(200));
            }
        }
        let feed = begun.unwrap();
        let end = app
            .get(&format!("models/{model}/records?include_deleted=true"))
            .await
            .expect(200);
        self.name("cursor_expired", cursor(&feed));
        self.name("cursor_records", cursor(&end));
        db.execute("UPDATE model_feeds SET purged_through = last_number WHERE last_number > 0");
        let complete = app.get("syncs").await.expect(200).ids().remove(0);
        let body = json!({ "models": ["invoices"] });
        let batch = app
            .post(&format!("connections/{id}/sync"), body)
            .await
            .expect(200);
        let second = app.connect().await;
        app.post(&format!("connections/{}/sync", second.id()), None)
            .await
            .expect(200);
        let key = app.request(
            actix_web::http::Method::POST,
            &format!("connections/{id}/sync"),
        );
        let key = key
            .insert_header(("Idempotency-Key", "used"))
            .set_json(json!({ "models": ["invoices"] }));
        app.send(key).await.expect(200);

        self.name("token", app.get("tokens").await.expect(200).ids().remove(0));
        self.name("record", feed.ids().remove(0));
        self.name("model", model);
        self.name("odd", model_id(models, 2));
        self.name("second_model", model_id(&second.json["models"], 0));
        self.name("connection", id.clone());
        self.name("complete", complete);
        self.name("sync", batch.ids().remove(0));
        self.name(
            "batch",
            batch.header("syncline-batch-id").unwrap().to_owned(),
        );
        for (name, path) in [
            ("cursor_syncs", "syncs?limit=1".to_owned()),
            ("cursor_queued", "syncs?limit=1&status=queued".to_owned()),
            ("cursor_connections", "connections?limit=1".to_owned()),
            ("cursor_providers", "providers?limit=1".to_owned()),
            ("cursor_models", format!("connections/{id}/models?limit=1")),
            (
                "cursor_second",
                format!("connections/{}/models?limit=1", second.id()),
            ),
        ] {
            self.name(name, cursor(&app.get(&path).await.expect(200)));
        }
    }

    /// The cursor of syncs, damaged in several ways.
    fn damage(&mut self) {
        let good = self.fill("<cursor_syncs>");
        let change = |at: usize| {
            let mut bytes = good.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            String::from_utf8(bytes).unwrap()
        };
        let (seal, place) = (change(5), change(25));
        self.name("cursor_cut", good[..good.len() - 4].to_owned());
        self.name("cursor_capitals", good.to_uppercase());
        self.name("cursor_changed", seal);
        self.name("cursor_moved", place);
    }

    async fn foreign(&mut self) {
        let other = self.app.as_organization("other").await;
        let connection = other.connect().await;
        let batch = other
            .post(&format!("connections/{}/sync", connection.id()), None)
            .await
            .expect(200);
        let syncs = other.get("syncs?limit=1").await.expect(200);
        self.name("foreign_cursor", cursor(&syncs));
        let tokens = other.get("tokens").await.expect(200);
        self.name("foreign_token", tokens.ids().remove(0));
        self.name("foreign_connection", connection.id());
        self.name("foreign_model", model_id(&connection.json["models"], 0));
        self.name("foreign_sync", batch.ids().remove(0));
        self.name(
            "foreign_batch",
            batch.header("syncline-batch-id").unwrap().to_owned(),
        );
    }

    fn name(&mut self, name: &'static str, value: String) {
        self.names.push((name, value));
    }

    /// With every `<name>` replaced.
    pub fn fill(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (name, value) in &self.names {
            text = text.replace(&format!("<{name}>"), value);
        }
        text
    }

    pub fn fill_bytes(&self, bytes: &[u8]) -> Vec<u8> {
        match std::str::from_utf8(bytes) {
            Ok(text) => self.fill(text).into_bytes(),
            Err(_) => bytes.to_vec(),
        }
    }

    /// The whole path of a target.
    pub fn path(&self, target: &str) -> String {
        let filled = self.fill(target);
        if filled.starts_with('/') {
            filled
        } else {
            format!("{V2}/{filled}")
        }
    }

    /// All that both organizations can read of themselves.
    pub async fn state(&self) -> Vec<Value> {
        let mut state = Vec::new();
        for path in [
            "connections",
            "syncs",
            "connections/<connection>/config",
            "models/<model>/schedule",
            "models/<model>/records?include_deleted=true",
        ] {
            state.push(self.app.get(&self.fill(path)).await.expect(200).json);
        }
        // Not all of a token: each request is its last use.
        let tokens = self.app.get("tokens").await.expect(200);
        state.push(json!(tokens.ids()));
        state
    }
}

fn model_id(models: &Value, index: usize) -> String {
    models[index]["id"].as_str().unwrap().to_owned()
}

fn cursor(answer: &Answer) -> String {
    answer.header("next-cursor").unwrap().to_owned()
}
