//! A demo provider, a server that reads it, and a connection between the two.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use syncline_demo::{Demo, DemoConfig, MANIFEST, Model};
use syncline_test_support::{Api, Program, Server, TestDatabase};
use tempfile::TempDir;

/// Everything that a test of the whole needs.
pub struct World {
    pub demo: Demo,
    pub server: Server,
    pub api: Api,
    pub connection: String,
    /// Ids of the models by name.
    pub models: BTreeMap<String, String>,
    pub providers: TempDir,
}

impl World {
    /// A demo of this size, read with pages of `page_size`.
    pub async fn start(db: &TestDatabase, config: DemoConfig, page_size: usize) -> Self {
        let demo = Demo::start(config, ([127, 0, 0, 1], 0).into()).expect("the demo starts");
        let providers = providers_with("demo", MANIFEST);
        let program = Program::new(db.url())
            .providers(providers.path())
            .workers(4);
        let server = program.serve().await;
        let api = server.api("acme");
        let connection = api
            .post(
                "/v2/integrations/connections",
                connection_to(&demo, page_size),
            )
            .await
            .expect_status(201)
            .json;
        let models = models_of(&connection);
        let connection = text(&connection["id"]);
        Self {
            demo,
            server,
            api,
            connection,
            models,
            providers,
        }
    }

    /// A small demo: quick, but of several pages for each model.
    pub async fn small(db: &TestDatabase) -> Self {
        let config = DemoConfig {
            customers: 70,
            invoices: 130,
            payments: 110,
            ..DemoConfig::default()
        };
        Self::start(db, config, 25).await
    }

    /// Requests a sync and waits until every model is final.
    pub async fn sync(&self, body: impl Into<Option<Value>>) -> Vec<Value> {
        let syncs = self.api.request_sync(&self.connection, body).await;
        self.api.wait_for_syncs(&syncs).await
    }

    /// The same, and every one must be complete.
    pub async fn sync_completely(&self, body: impl Into<Option<Value>>) -> Vec<Value> {
        let syncs = self.sync(body).await;
        for sync in &syncs {
            assert_eq!(sync["status"], "complete", "{sync}");
        }
        syncs
    }

    /// The feed of a model from its start, deletions included.
    pub async fn feed(&self, model: Model) -> Vec<Value> {
        let id = &self.models[model_name(model)];
        let path = format!("/v2/integrations/models/{id}/records?limit=1000&include_deleted=true");
        self.api.all(&path).await
    }

    /// What has landed and is not deleted, by key, compared with what the source holds.
    pub async fn assert_landed(&self, model: Model) {
        let feed = self.feed(model).await;
        let landed = by_id(
            feed.iter()
                .filter(|r| r["deleted_at"].is_null())
                .map(|r| &r["data"]),
        );
        let truth = self.demo.truth(model);
        let truth = by_id(truth.iter());
        assert_eq!(
            landed.len(),
            truth.len(),
            "{model:?}: landed and true counts"
        );
        for (id, record) in &truth {
            assert_eq!(landed.get(id), Some(record), "{model:?} {id}");
        }
    }

    pub async fn assert_all_landed(&self) {
        for model in [Model::Customers, Model::Invoices, Model::Payments] {
            self.assert_landed(model).await;
        }
    }

    /// A counter, summed over the attempts of syncs.
    pub async fn sum(&self, syncs: &[Value], counter: &str) -> i64 {
        let mut sum = 0;
        for sync in syncs {
            for attempt in self.attempts(&text(&sync["id"])).await {
                sum += attempt[counter].as_i64().expect("a counter is a number");
            }
        }
        sum
    }

    pub async fn attempts(&self, sync: &str) -> Vec<Value> {
        self.api
            .all(&format!("/v2/integrations/syncs/{sync}/attempts"))
            .await
    }

    /// How many pages of a model the demo was asked for.
    pub fn page_requests(&self, model: Model) -> i64 {
        let log = self.demo.log();
        let count = log
            .iter()
            .filter(|served| served.model == Some(model))
            .count();
        i64::try_from(count).expect("a small number")
    }
}

/// What a caller posts to connect a demo.
pub fn connection_to(demo: &Demo, page_size: usize) -> Value {
    json!({
        "provider_name": "demo",
        "name": "Books",
        "config": { "base_url": demo.url(), "api_token": "demo-token", "page_size": page_size },
    })
}

/// A providers folder with one manifest.
pub fn providers_with(name: &str, manifest: &str) -> TempDir {
    let directory = tempfile::tempdir().expect("a temporary directory");
    std::fs::write(directory.path().join(format!("{name}.yaml")), manifest).expect("a manifest");
    directory
}

/// Ids of a Connection's models by name.
pub fn models_of(connection: &Value) -> BTreeMap<String, String> {
    let models = connection["models"]
        .as_array()
        .expect("a connection has models");
    models
        .iter()
        .map(|model| (text(&model["name"]), text(&model["id"])))
        .collect()
}

pub fn model_name(model: Model) -> &'static str {
    match model {
        Model::Customers => "customers",
        Model::Invoices => "invoices",
        Model::Payments => "payments",
    }
}

pub fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("a text, not {value}"))
        .to_owned()
}

fn by_id<'a>(records: impl Iterator<Item = &'a Value>) -> BTreeMap<String, &'a Value> {
    let mut map = BTreeMap::new();
    for record in records {
        let twice = map.insert(record["id"].to_string(), record);
        assert!(twice.is_none(), "{} landed twice", record["id"]);
    }
    map
}
