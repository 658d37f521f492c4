//! What callers do all the while: they ask for syncs, cancel some, and the source changes.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rand::RngExt;
use rand::rngs::StdRng;
use reqwest::Method;
use serde_json::{Value, json};
use syncline_demo::{Demo, Model};
use tokio::sync::watch;
use tokio::time::sleep;

use crate::client::{Client, text};

/// How many accounts at the same provider there are.
const CONNECTIONS: usize = 5;

/// Small, so that a sync has many boundaries to be stopped at.
const PAGE: usize = 25;

pub(crate) struct Load {
    client: Client,
    demo: Arc<Demo>,
    pub(crate) connections: Vec<Connection>,
    accepted: Mutex<BTreeSet<String>>,
}

/// One connection, and the ids of its models.
pub(crate) struct Connection {
    pub(crate) id: String,
    pub(crate) models: Vec<(Model, String)>,
}

impl Load {
    /// Connects all accounts.
    pub(crate) async fn begin(client: &Client, demo: Arc<Demo>) -> Self {
        let mut connections = Vec::new();
        for number in 0..CONNECTIONS {
            let body = json!({
                "provider_name": "demo",
                "name": format!("Books {number}"),
                "config": {
                    "base_url": demo.url(), "api_token": "demo-token", "page_size": PAGE,
                },
            });
            let path = "/v2/integrations/connections";
            let reply = client.ask(Method::POST, path, Some(body)).await;
            assert_eq!(reply.status, 201, "{}", reply.json);
            let models = reply.json["models"].as_array().cloned().unwrap_or_default();
            let models = models.iter().map(|model| {
                let name = text(model, "name");
                (
                    name.parse().expect("a model of the demo"),
                    text(model, "id"),
                )
            });
            connections.push(Connection {
                id: text(&reply.json, "id"),
                models: models.collect(),
            });
        }
        Self {
            client: client.clone(),
            demo,
            connections,
            accepted: Mutex::default(),
        }
    }

    /// Goes on until it is stopped.
    pub(crate) async fn keep_asking(&self, mut dice: StdRng, stopped: watch::Receiver<bool>) {
        while !*stopped.borrow() {
            self.demo.advance(1);
            let place = dice.random_range(0..self.connections.len());
            let body = match dice.random_range(0..10) {
                0 => Some(json!({ "full_refresh": true })),
                _ => None,
            };
            let syncs = self.sync(&self.connections[place], body).await;
            if dice.random_bool(0.15)
                && let Some(sync) = syncs.first()
            {
                let path = format!("/v2/integrations/syncs/{}/cancel", text(sync, "id"));
                self.client.ask(Method::POST, &path, None).await;
            }
            sleep(Duration::from_millis(dice.random_range(200..1_500))).await;
        }
    }

    /// Asks for a sync of every model, and remembers what was promised.
    pub(crate) async fn sync(&self, connection: &Connection, body: Option<Value>) -> Vec<Value> {
        let path = format!("/v2/integrations/connections/{}/sync", connection.id);
        let reply = self.client.ask(Method::POST, &path, body).await;
        assert_eq!(reply.status, 200, "{}", reply.json);
        let syncs = reply.list();
        let mut accepted = self.accepted.lock().expect("no panic while it is held");
        accepted.extend(syncs.iter().map(|sync| text(sync, "id")));
        syncs
    }

    /// The id of each sync that was ever answered.
    pub(crate) fn accepted(&self) -> BTreeSet<String> {
        self.accepted
            .lock()
            .expect("no panic while it is held")
            .clone()
    }

    /// What the source holds now.
    pub(crate) fn truth(&self, model: Model) -> Vec<Value> {
        self.demo.truth(model)
    }

    /// How many records the source served in all.
    pub(crate) fn served(&self) -> u64 {
        self.demo.totals().1
    }
}
