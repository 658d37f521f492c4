//! A quota that the provider tells is shared by all who ask: no window gets more requests than it
//! allows, whoever sends them.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use chrono::Duration;
use futures::future::join_all;
use syncline_connectors::{NetworkRules, Registry, SourceOptions};
use syncline_domain::scope::Scope;
use syncline_domain::{ConnectionId, OrganizationId, Status, SyncId};
use syncline_engine::{RegistrySources, Worker};
use syncline_store::clock::FixedClock;
use syncline_store::syncs::SyncRequest;
use syncline_test_support::{DatabaseKind, TestDatabase, both_databases};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::support::{Mode, World};

const MODELS: [&str; 7] = ["m0", "m1", "m2", "m3", "m4", "m5", "m6"];
const PAGES: usize = 4;
const LIMIT: usize = 10;
const WINDOW: i64 = 60;

fn manifest(url: &str) -> String {
    let streams = MODELS.map(|name| {
        format!(
            r#"
  - type: DeclarativeStream
    name: {name}
    primary_key: [id]
    retriever:
      type: SimpleRetriever
      requester: {{ type: HttpRequester, url_base: "{url}", path: /{name}, http_method: GET }}
      record_selector: {{ type: RecordSelector, extractor: {{ type: DpathExtractor, field_path: [] }} }}
      paginator:
        type: DefaultPaginator
        page_token_option: {{ type: RequestOption, inject_into: request_parameter, field_name: page }}
        pagination_strategy: {{ type: PageIncrement, page_size: 1 }}
    schema_loader: {{ type: InlineSchemaLoader, schema: {{ type: object, properties: {{}} }} }}"#
        )
    });
    format!(
        r#"
version: "6.0.0"
type: DeclarativeSource
check: {{ type: CheckStream, stream_names: [m0] }}
streams:{}
spec: {{ type: Spec, connection_specification: {{ type: object, properties: {{}} }} }}
"#,
        streams.concat()
    )
}

/// Counts requests in windows of its clock, which is the test's.
struct Provider {
    clock: FixedClock,
    tells: bool,
    counts: Mutex<BTreeMap<i64, usize>>,
    refused: AtomicUsize,
}

impl Provider {
    async fn start(clock: &FixedClock, tells: bool) -> (Arc<Self>, String) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let provider = Arc::new(Self {
            clock: clock.clone(),
            tells,
            counts: Mutex::default(),
            refused: AtomicUsize::new(0),
        });
        let serving = Arc::clone(&provider);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(Arc::clone(&serving).serve(stream));
            }
        });
        (provider, url)
    }

    async fn serve(self: Arc<Self>, mut stream: TcpStream) -> Option<()> {
        loop {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(stream.read_u8().await.ok()?);
            }
            let answer = self.answer(&String::from_utf8(head).ok()?);
            stream.write_all(answer.as_bytes()).await.ok()?;
        }
    }

    fn answer(&self, head: &str) -> String {
        let now = self.clock.now().timestamp();
        let count = {
            let mut counts = self.counts.lock().unwrap();
            let count = counts.entry(now / WINDOW).or_default();
            *count += 1;
            *count
        };
        let page = head
            .split("page=")
            .nth(1)
            .and_then(|rest| rest.split([' ', '&']).next());
        let page: usize = page.and_then(|page| page.parse().ok()).unwrap_or(0);
        let rest = WINDOW - now % WINDOW;
        let told = format!(
            "x-ratelimit-limit: {LIMIT}\r\nx-ratelimit-remaining: {}\r\nx-ratelimit-reset: {rest}\r\n",
            LIMIT.saturating_sub(count)
        );
        let told = if self.tells { told } else { String::new() };
        let (status, body) = if self.tells && count > LIMIT {
            self.refused.fetch_add(1, Ordering::SeqCst);
            (429, "[]".to_owned())
        } else if page < PAGES {
            (200, format!(r#"[{{"id": {page}}}]"#))
        } else {
            (200, "[]".to_owned())
        };
        format!(
            "HTTP/1.1 {status} X\r\n{told}content-length: {}\r\n\r\n{body}",
            body.len()
        )
    }

    fn most(&self) -> usize {
        self.counts
            .lock()
            .unwrap()
            .values()
            .copied()
            .max()
            .unwrap_or(0)
    }

    fn sum(&self) -> usize {
        self.counts.lock().unwrap().values().sum()
    }
}

/// A process of its own, as far as quotas go.
fn process(world: &World, name: &str, url: &str) -> Worker {
    let registry = Registry::from_manifests([("scripted", manifest(url))]);
    let options = SourceOptions {
        network: NetworkRules::allow_all(),
        // The clock stands still within an attempt: each wait parks.
        retry_max_wait: std::time::Duration::ZERO,
        ..SourceOptions::default()
    };
    let sources = RegistrySources::new(registry, world.store.clone(), options);
    Worker::new(world.store.clone(), Arc::new(sources), World::options(name))
}

async fn work(worker: &Worker) -> usize {
    let claimed = worker.tick().await.unwrap().claimed;
    join_all(claimed.into_iter().map(|run| run.finish()))
        .await
        .len()
}

async fn request(
    world: &World,
    organization_id: OrganizationId,
    connection_id: ConnectionId,
    models: &[&str],
) -> Vec<SyncId> {
    let request = SyncRequest {
        organization_id,
        connection_id,
        models: Some(models.iter().map(|name| (*name).to_owned()).collect()),
        scope: Scope::plain(),
    };
    let batch = world.write(move |tx| tx.request_syncs(&request)).await;
    batch.members.iter().map(|member| member.sync.id).collect()
}

async fn status(world: &World, organization: OrganizationId, id: SyncId) -> (Status, String) {
    let sync = world
        .read(move |tx| tx.find_sync(organization, id))
        .await
        .unwrap();
    let parts = sync.lifecycle.parts();
    assert_eq!(
        (parts.spent.consecutive, parts.spent.total),
        (0, 0),
        "it costs no budget"
    );
    (parts.status, parts.error.clone().unwrap_or_default())
}

both_databases! {
    async fn two_processes_share_what_one_has_learned(db: TestDatabase) {
        let kind = db.kind();
        let address = db.url().to_owned();
        let world = World::new(db, Mode::FullPass).await;
        let other = match kind {
            DatabaseKind::Postgres => Some(world.seen_from(&address).await),
            DatabaseKind::Sqlite => None,
        };
        let (provider, url) = Provider::start(&world.clock, true).await;
        let (organization, connection) = world.add_connection("umbrella", &MODELS).await;
        let (one, two) = (
            process(&world, "one", &url),
            process(other.as_ref().unwrap_or(&world), "two", &url),
        );
        let mut ids = request(&world, organization, connection.id, &MODELS[..1]).await;
        assert_eq!(work(&one).await, 1);
        assert_eq!(status(&world, organization, ids[0]).await.0, Status::Complete);
        let first = provider.sum();
        ids.extend(request(&world, organization, connection.id, &MODELS[1..]).await);

        let (mut parks, mut rounds) = (0, 0);
        loop {
            tokio::join!(work(&one), work(&two));
            assert!(provider.most() <= LIMIT, "{:?}", provider.counts.lock().unwrap());
            let mut open = 0;
            for id in &ids {
                let (status, why) = status(&world, organization, *id).await;
                open += usize::from(status != Status::Complete);
                if status == Status::PendingRetry {
                    parks += 1;
                    let words = "the quota of its account at the provider is used up: it goes on at";
                    assert!(why.starts_with(words), "{why}");
                }
            }
            if open == 0 {
                break;
            }
            rounds += 1;
            assert!(rounds < 60, "{:?}", provider.counts.lock().unwrap());
            world.pass(Duration::seconds(20));
        }
        assert!(parks > 0);
        assert_eq!(provider.refused.load(Ordering::SeqCst), 0);
        assert_eq!(provider.sum(), first * MODELS.len(), "no page was asked for twice");
        if let Some(other) = other {
            other.store.close().await;
        }
    }

    async fn nobody_claims_what_would_only_wait(db: TestDatabase) {
        let world = World::new(db, Mode::FullPass).await;
        let (provider, url) = Provider::start(&world.clock, true).await;
        let (organization, connection) = world.add_connection("umbrella", &MODELS).await;
        let worker = process(&world, "one", &url);
        request(&world, organization, connection.id, &MODELS[..3]).await;
        assert_eq!(work(&worker).await, 3);
        // What was under way when the first answer came may be counted twice, to be safe.
        assert!((LIMIT - 2..=LIMIT).contains(&provider.sum()), "{}", provider.sum());
        let queued = request(&world, organization, connection.id, &MODELS[3..4]).await;
        assert_eq!(work(&worker).await, 0);
        let (organization_id, id) = (organization, queued[0]);
        world
            .write(|tx| {
                let slots = syncline_store::workers::Slots { all: 9, for_scheduled: 9 };
                tx.announce_worker("one", slots, syncline_store::runs::Caps::default(), Duration::hours(1))
            })
            .await;
        let (_, why) = world.read(move |tx| tx.explain_sync(organization_id, id)).await.unwrap();
        assert_eq!(why.reason.code(), "quota_exhausted");
        // The provider told it by its answer, which took a moment.
        let wait = (why.expected_at.unwrap() - world.now()).num_seconds();
        assert!((WINDOW..WINDOW + 10).contains(&wait), "{wait}");
        // The parked ones go on as well: together they may use up the new window too.
        let mut windows = 0;
        while status(&world, organization, id).await.0 != Status::Complete {
            windows += 1;
            assert!(windows <= 3, "{:?}", provider.counts.lock().unwrap());
            world.pass(Duration::seconds(WINDOW + 10));
            assert!(work(&worker).await > 0);
        }
        assert!(provider.most() <= LIMIT);
    }

    async fn a_provider_that_tells_nothing_leaves_no_trace(db: TestDatabase) {
        let world = World::new(db, Mode::FullPass).await;
        let (provider, url) = Provider::start(&world.clock, false).await;
        let (organization, connection) = world.add_connection("umbrella", &MODELS).await;
        let worker = process(&world, "one", &url);
        let ids = request(&world, organization, connection.id, &MODELS).await;
        assert_eq!(work(&worker).await, MODELS.len());
        for id in ids {
            assert_eq!(status(&world, organization, id).await.0, Status::Complete);
        }
        assert!(provider.most() > LIMIT);
        assert!(!world.read(move |tx| tx.has_quota(connection.id)).await);
    }
}
