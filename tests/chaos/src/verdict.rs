//! Whether what was promised held.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};

use crate::client::{Client, text};
use crate::load::{Connection, Load};
use crate::watch::{Followed, Stuck};

/// What was counted, and each promise that was broken.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    /// How each accepted sync ended, by status.
    pub(crate) ended: BTreeMap<String, usize>,
    /// Runs of all syncs together, by outcome.
    pub(crate) attempts: BTreeMap<String, usize>,
    /// Changes that the readers of the feeds were told.
    pub(crate) changes: usize,
    /// Records compared with the source.
    pub(crate) compared: usize,
    /// In words.
    pub(crate) broken: Vec<String>,
}

impl Verdict {
    pub(crate) fn broken(&self) -> usize {
        self.broken.len()
    }
}

/// Asks for everything once more, when all is quiet.
pub(crate) async fn judge(
    client: &Client,
    load: &Load,
    followed: &BTreeMap<String, Followed>,
    stuck: Vec<Stuck>,
) -> Verdict {
    let mut verdict = Verdict::default();
    for Stuck {
        sync,
        still,
        explanation,
    } in stuck
    {
        let text = format!("stood still for {still:?}: {sync}, explained by {explanation}");
        verdict.broken.push(text);
    }
    verdict.count_ends(client, load).await;
    for (id, reader) in followed {
        verdict.changes += reader.changes;
        for record in &reader.repeated {
            let text = format!("{id} told of {record} again, and nothing had changed");
            verdict.broken.push(text);
        }
    }
    for connection in &load.connections {
        verdict
            .compare(client, load, connection, followed, Extent::AtLeast)
            .await;
    }
    // Only a full pass sees what is gone; then nothing may be there that the source has not.
    for connection in &load.connections {
        for sync in load
            .sync(connection, Some(json!({ "full_refresh": true })))
            .await
        {
            let id = text(&sync, "id");
            let mut sync = sync;
            while sync["completed_at"].is_null() {
                sync = client
                    .get(&format!("/v2/integrations/syncs/{id}?wait=10"))
                    .await
                    .json;
            }
            if text(&sync, "status") != "complete" {
                verdict
                    .broken
                    .push(format!("the last full pass failed: {sync}"));
            }
        }
        verdict
            .compare(client, load, connection, followed, Extent::Exactly)
            .await;
    }
    verdict
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extent {
    /// What was deleted at the source may still be there.
    AtLeast,
    Exactly,
}

impl Verdict {
    /// No accepted sync is dropped: each is known, and final.
    async fn count_ends(&mut self, client: &Client, load: &Load) {
        for id in load.accepted() {
            let path = format!("/v2/integrations/syncs/{id}");
            let reply = client.ask(reqwest::Method::GET, &path, None).await;
            let status = text(&reply.json, "status");
            if reply.status != 200 || reply.json["completed_at"].is_null() {
                self.broken
                    .push(format!("{id} was accepted, and is {}", reply.json));
            }
            let attempts = client
                .get(&format!("{path}/attempts?limit=1000"))
                .await
                .list();
            for attempt in &attempts {
                let outcome = attempt["outcome"].as_str().unwrap_or("none").to_owned();
                *self.attempts.entry(outcome).or_default() += 1;
            }
            *self.ended.entry(status).or_default() += 1;
        }
    }

    /// What landed against what the source holds, and against what the feed's reader knew.
    async fn compare(
        &mut self,
        client: &Client,
        load: &Load,
        connection: &Connection,
        followed: &BTreeMap<String, Followed>,
        extent: Extent,
    ) {
        for (model, id) in &connection.models {
            let landed = landed(client, id).await;
            let mut by_key: HashMap<String, &Value> = HashMap::new();
            for record in landed
                .iter()
                .filter(|record| record["deleted_at"].is_null())
            {
                if by_key
                    .insert(record["data"]["id"].to_string(), &record["data"])
                    .is_some()
                {
                    let text = format!(
                        "{model:?} of {} holds a record twice: {record}",
                        connection.id
                    );
                    self.broken.push(text);
                }
            }
            let truth = load.truth(*model);
            self.compared += truth.len();
            for record in &truth {
                if by_key.remove(&record["id"].to_string()) != Some(record) {
                    let text = format!("{model:?} of {} lacks {record}", connection.id);
                    self.broken.push(text);
                }
            }
            if extent == Extent::Exactly && !by_key.is_empty() {
                let count = by_key.len();
                let text = format!(
                    "{model:?} of {}: {count} records are gone, and are there",
                    connection.id
                );
                self.broken.push(text);
            }
            if extent == Extent::AtLeast {
                let known = &followed[id].known;
                let now: HashMap<String, Value> = landed
                    .iter()
                    .map(|record| {
                        let told = json!([record["data"], record["deleted_at"]]);
                        (text(record, "id"), told)
                    })
                    .collect();
                if *known != now {
                    let text = format!(
                        "a reader of {model:?} of {} was not told all",
                        connection.id
                    );
                    self.broken.push(text);
                }
            }
        }
    }
}

/// The whole feed, deletions included.
async fn landed(client: &Client, model: &str) -> Vec<Value> {
    let mut all = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!(
            "/v2/integrations/models/{model}/records?limit=1000&include_deleted=true{cursor}"
        );
        let reply = client.get(&path).await;
        let next = reply.next.clone();
        let page = reply.list();
        match next {
            Some(next) if !page.is_empty() => cursor = format!("&cursor={next}"),
            _ => return all,
        }
        all.extend(page);
    }
}
