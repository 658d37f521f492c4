//! Looks on all the while: does a sync stand still, does the feed say a thing twice?

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use serde_json::Value;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use crate::client::{Client, text};
use crate::load::Load;
use crate::outage::Outages;
use crate::setting::{GRACE, LEASE};

const LIVE: [&str; 4] = ["running", "queued", "pending_retry", "scheduled"];

/// What stood still is followed with its whole story.
#[derive(Debug, Clone)]
pub(crate) struct Stuck {
    pub(crate) sync: Value,
    pub(crate) still: Duration,
    pub(crate) explanation: Value,
}

pub(crate) struct Watch {
    client: Client,
    stuck: Arc<Mutex<BTreeMap<String, Stuck>>>,
    looking: JoinHandle<()>,
    following: Vec<(String, JoinHandle<()>, Arc<Mutex<Followed>>)>,
}

/// One model's feed, as a reader knows it who has followed it from its start.
#[derive(Debug, Clone, Default)]
pub(crate) struct Followed {
    cursor: Option<String>,
    /// What each record was when it was last told.
    pub(crate) known: HashMap<String, Value>,
    /// Records that were told again without a change.
    pub(crate) repeated: Vec<String>,
    /// How many changes were told.
    pub(crate) changes: usize,
}

impl Watch {
    pub(crate) fn begin(client: &Client, load: &Load, outages: &Outages) -> Self {
        let stuck = Arc::default();
        let looking = tokio::spawn(look(client.clone(), outages.clone(), Arc::clone(&stuck)));
        let models = load
            .connections
            .iter()
            .flat_map(|connection| &connection.models);
        let following = models.map(|(_, id)| {
            let followed = Arc::new(Mutex::new(Followed::default()));
            let following = tokio::spawn(follow(client.clone(), id.clone(), Arc::clone(&followed)));
            (id.clone(), following, followed)
        });
        Self {
            client: client.clone(),
            stuck,
            looking,
            following: following.collect(),
        }
    }

    /// Waits until every sync is final, then reads each feed to its end. Answers the readers.
    pub(crate) async fn end_when_quiet(&self, load: &Load) -> BTreeMap<String, Followed> {
        // The last ones see all that came before.
        for connection in &load.connections {
            load.sync(connection, None).await;
        }
        let patience = Instant::now() + Duration::from_secs(600);
        while !live(&self.client).await.is_empty() && Instant::now() < patience {
            sleep(Duration::from_secs(1)).await;
        }
        assert!(!self.looking.is_finished(), "nobody looked any more");
        self.looking.abort();
        let mut all = BTreeMap::new();
        for (id, following, followed) in &self.following {
            assert!(!following.is_finished(), "nobody read {id} any more");
            following.abort();
            let mut last = followed.lock().expect("no panic while it is held").clone();
            while last.read(&self.client, id).await > 0 {}
            all.insert(id.clone(), last);
        }
        all
    }

    pub(crate) fn stuck(&self) -> Vec<Stuck> {
        let stuck = self.stuck.lock().expect("no panic while it is held");
        stuck.values().cloned().collect()
    }
}

impl Followed {
    /// Reads a page; answers how many changes it held.
    async fn read(&mut self, client: &Client, model: &str) -> usize {
        let mut path = format!("/v2/integrations/models/{model}/records?limit=1000");
        match &self.cursor {
            Some(cursor) => path.push_str(&format!("&cursor={cursor}")),
            None => path.push_str("&include_deleted=true"),
        }
        let reply = client.get(&path).await;
        self.cursor = reply.next.clone().or(self.cursor.take());
        let list = reply.list();
        for record in &list {
            let id = text(record, "id");
            let told = serde_json::json!([record["data"], record["deleted_at"]]);
            if self.known.get(&id) == Some(&told) {
                self.repeated.push(id.clone());
            }
            self.known.insert(id, told);
        }
        self.changes += list.len();
        list.len()
    }
}

/// Reads on from where it stands, for ever.
async fn follow(client: Client, model: String, followed: Arc<Mutex<Followed>>) {
    let mut reader = Followed::default();
    loop {
        if reader.read(&client, &model).await == 0 {
            sleep(Duration::from_secs(2)).await;
        }
        *followed.lock().expect("no panic while it is held") = reader.clone();
    }
}

async fn live(client: &Client) -> Vec<Value> {
    let mut all = Vec::new();
    for status in LIVE {
        let path = format!("/v2/integrations/syncs?limit=1000&status={status}");
        all.extend(client.get(&path).await.list());
    }
    all
}

/// Notes when each live sync last changed, and which stood still for too long.
async fn look(client: Client, outages: Outages, stuck: Arc<Mutex<BTreeMap<String, Stuck>>>) {
    let mut seen: HashMap<String, (Value, Instant)> = HashMap::new();
    loop {
        let mut now = HashMap::new();
        for sync in live(&client).await {
            let id = text(&sync, "id");
            let since = match seen.get(&id) {
                Some((before, since)) if *before == sync => *since,
                _ => Instant::now(),
            };
            let still = since.elapsed().saturating_sub(outages.since(since));
            if still > LEASE + GRACE {
                let explanation = client
                    .get(&format!("/v2/integrations/syncs/{id}/explain"))
                    .await;
                if is_excused(&explanation.json) {
                    // What it waited for until now does not count against what comes next.
                    now.insert(id, (sync, Instant::now()));
                    continue;
                }
                let explained = text(&explanation.json, "message");
                let found = Stuck {
                    sync: sync.clone(),
                    still,
                    explanation: explanation.json,
                };
                let mut stuck = stuck.lock().expect("no panic while it is held");
                if stuck.insert(id.clone(), found).is_none() {
                    println!("    {id} stands still for {still:?}: {explained}");
                }
            }
            now.insert(id, (sync, since));
        }
        seen = now;
        sleep(Duration::from_secs(1)).await;
    }
}

/// It waits for another one, which is looked at itself, or for a time that is known.
fn is_excused(explanation: &Value) -> bool {
    let expected = text(explanation, "expected_at").parse::<DateTime<Utc>>();
    text(explanation, "reason") == "turn" || expected.is_ok_and(|time| time > Utc::now() - GRACE)
}
