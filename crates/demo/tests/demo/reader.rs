//! A demo to test, and a reader that walks its lists as a careful client would.

use std::collections::BTreeSet;

use reqwest::{Client, Response, StatusCode};
use serde_json::Value;
use syncline_demo::{Demo, DemoConfig, Model};

pub const TOKEN: &str = "demo-token";

pub fn small() -> DemoConfig {
    DemoConfig {
        customers: 50,
        invoices: 120,
        payments: 90,
        log_ids: true,
        ..DemoConfig::default()
    }
}

pub fn start(config: DemoConfig) -> Demo {
    Demo::start(config, ([127, 0, 0, 1], 0).into()).unwrap()
}

pub fn client() -> Client {
    // Without a default, reqwest refuses to build a client, also for plain HTTP.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::new()
}

/// Reads one page after the other.
pub struct Walk {
    client: Client,
    url: String,
    model: Model,
    filter: String,
    limit: usize,
    page: u64,
    seen: usize,
    cursor: Option<String>,
    pub ended: bool,
}

impl Walk {
    pub fn new(demo: &Demo, model: Model, limit: usize) -> Self {
        Self {
            client: client(),
            url: demo.url(),
            model,
            filter: String::new(),
            limit,
            page: 1,
            seen: 0,
            cursor: None,
            ended: false,
        }
    }

    pub fn filtered(mut self, filter: &str) -> Self {
        self.filter = format!("&{filter}");
        self
    }

    /// The records of the next page.
    pub async fn next(&mut self) -> Vec<Value> {
        let response = self
            .client
            .get(self.next_url())
            .bearer_auth(TOKEN)
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        let mut page: Value = response.json().await.unwrap();
        let records: Vec<Value> = serde_json::from_value(page["data"].take()).unwrap();
        self.page += 1;
        self.seen += records.len();
        self.cursor = page["next_cursor"].as_str().map(str::to_owned);
        self.ended = match self.model {
            Model::Customers | Model::Invoices => records.len() < self.limit,
            Model::Payments => !page["has_more"].as_bool().unwrap(),
        };
        records
    }

    pub async fn rest(&mut self) -> Vec<Value> {
        let mut records = Vec::new();
        while !self.ended {
            records.extend(self.next().await);
        }
        records
    }

    fn next_url(&self) -> String {
        let (url, model, limit, filter) = (&self.url, self.model, self.limit, &self.filter);
        match (model, &self.cursor) {
            (Model::Customers, _) => {
                format!("{url}/{model}?per_page={limit}&page={}{filter}", self.page)
            }
            (Model::Invoices, _) => {
                format!("{url}/{model}?limit={limit}&offset={}{filter}", self.seen)
            }
            (Model::Payments, None) => format!("{url}/{model}?limit={limit}{filter}"),
            (Model::Payments, Some(cursor)) => {
                format!("{url}/{model}?limit={limit}&cursor={cursor}{filter}")
            }
        }
    }
}

pub async fn get(demo: &Demo, path: &str) -> Response {
    client()
        .get(format!("{}{path}", demo.url()))
        .bearer_auth(TOKEN)
        .send()
        .await
        .unwrap()
}

/// The records in the order of their ids, so that two readings can be compared.
pub fn sorted(mut records: Vec<Value>) -> Vec<Value> {
    records.sort_by_key(id);
    records
}

pub fn ids(records: &[Value]) -> BTreeSet<String> {
    records.iter().map(id).collect()
}

pub fn id(record: &Value) -> String {
    match &record["id"] {
        Value::String(id) => id.clone(),
        other => other.to_string(),
    }
}
