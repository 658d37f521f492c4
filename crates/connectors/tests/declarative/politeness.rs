//! How often a provider is asked, and by how many at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;
use syncline_connectors::error::SourceErrorKind as Kind;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::authenticating::provider;
use crate::manifests::{Items, PAGE};
use crate::run::{Ask, Ran, now, run, source};
use crate::server::{Asked, Reply, Server};

fn manifest(budget: &str, requester: &str) -> String {
    let items = Items {
        requester: requester.to_owned(),
        paginator: PAGE.to_owned(),
        ..Items::default()
    };
    format!("{}{budget}\n", items.yaml())
}

fn budget(policies: &str) -> String {
    format!("api_budget: {{type: HTTPAPIBudget, policies: [{policies}]}}")
}

/// How many seconds from now it is to be asked again, if later.
fn later(ran: &Ran) -> Option<i64> {
    match ran.error.as_ref()?.kind {
        Kind::Later { until } => until.map(|until| (until - now()).num_seconds()),
        _ => None,
    }
}

async fn ran(
    budget: &str,
    script: impl Fn(&Asked) -> Reply + Send + Sync + 'static,
) -> (Ran, usize) {
    let server = Server::start(script).await;
    let config = json!({"url": server.url, "limit": "2"});
    let ran = run(&source(&manifest(budget, ""), config), Ask::of("items")).await;
    (ran, server.asked().len())
}

#[tokio::test]
async fn a_rate_holds_over_all_runs_of_a_connection() {
    let server = Server::start(provider).await;
    let rate = budget(
        "{type: MovingWindowCallRatePolicy, matchers: [], rates: [{limit: \"{{ config['limit'] }}\", interval: PT1H}]}",
    );
    let source = source(
        &manifest(&rate, ""),
        json!({"url": server.url, "limit": "2"}),
    );
    let first = run(&source, Ask::of("items")).await;
    assert_eq!((first.pages.len(), server.asked().len()), (2, 2));
    let wait = later(&first).unwrap();
    assert!((3590..=3600).contains(&wait), "{wait}");
    assert!(
        first.error().message.contains("call rate is used up"),
        "{}",
        first.error()
    );
    let second = run(&source, Ask::of("items")).await;
    assert_eq!((second.pages.len(), server.asked().len()), (0, 2));
    assert!(later(&second).is_some());
}

#[tokio::test]
async fn the_first_policy_that_matches_decides() {
    let strict =
        "{type: FixedWindowCallRatePolicy, period: PT1H, call_limit: 1, matchers: [MATCHER]}";
    let table = [
        ("{method: get, url_path_pattern: '^/it'}", 1),
        ("{method: POST}", 3),
        ("{url_path_pattern: 'other'}", 3),
        ("{params: {per_page: 3}}", 1),
        ("{params: {page: 2}}", 3),
        ("{headers: {X-None: a}}", 3),
        ("{url_base: 'http://other'}", 3),
        ("{method: POST}, {url_path_pattern: items$, weight: 1}", 1),
    ];
    for (matcher, sent) in table {
        let (_, asked) = ran(&budget(&strict.replace("MATCHER", matcher)), provider).await;
        assert_eq!(asked, sent, "{matcher}");
    }
    let free = format!(
        "{{type: UnlimitedCallRatePolicy, matchers: [{{params: {{page: 2}}}}]}}, {}",
        strict.replace("MATCHER", "")
    );
    let (_, asked) = ran(&budget(&free), provider).await;
    assert_eq!(asked, 2);
    let heavy = "{type: FixedWindowCallRatePolicy, period: PT1H, call_limit: 5, matchers: [{weight: \"{{ config['limit'] }}\"}]}";
    let (_, asked) = ran(&budget(heavy), provider).await;
    assert_eq!(asked, 2);
}

#[tokio::test]
async fn the_provider_tells_how_many_calls_are_left_and_until_when() {
    let reset = now().timestamp() + 300;
    let script = move |asked: &Asked| provider(asked).header("x-left", 0).header("x-reset", reset);
    let told = "api_budget: {type: HTTPAPIBudget, ratelimit_remaining_header: X-Left, ratelimit_reset_header: X-Reset, \
        policies: [{type: FixedWindowCallRatePolicy, period: PT1H, call_limit: 100, matchers: []}]}";
    let (stopped, asked) = ran(told, script).await;
    assert_eq!(asked, 1);
    let wait = later(&stopped).unwrap();
    assert!((295..=300).contains(&wait), "{wait}");
    // An answer that is a limit says that none is left.
    let count = AtomicUsize::new(0);
    let limited = move |asked: &Asked| match count.fetch_add(1, Ordering::SeqCst) {
        0 => Reply::status(418, ""),
        _ => provider(asked),
    };
    let told = "api_budget: {type: HTTPAPIBudget, status_codes_for_ratelimit_hit: [418], \
        policies: [{type: MovingWindowCallRatePolicy, matchers: [], rates: [{limit: 100, interval: PT1H}]}]}";
    let (stopped, asked) = ran(told, limited).await;
    assert_eq!(asked, 1);
    assert!(later(&stopped).unwrap() > 3500);
}

#[tokio::test]
async fn a_budget_that_makes_no_sense_is_told() {
    let server = Server::start(provider).await;
    let rate = budget(
        "{type: MovingWindowCallRatePolicy, matchers: [], rates: [{limit: \"{{ config['limit'] }}\", interval: PT1H}]}",
    );
    let manifest_text = manifest(&rate, "");
    let parsed = Arc::new(syncline_connectors::Manifest::parse(&manifest_text).unwrap());
    let config = crate::run::object(json!({"url": server.url, "limit": "many"}));
    let error = parsed.source(config, crate::run::options()).err().unwrap();
    assert_eq!(error.kind, Kind::Configuration);
    assert!(
        error.message.contains("gives no whole number above zero"),
        "{error}"
    );
    let broken = manifest(&budget("{type: CustomPolicy, class_name: x.Y}"), "");
    let parsed = syncline_connectors::Manifest::parse(&broken).unwrap();
    let reason = parsed.streams()[0].unsupported_reason.clone().unwrap();
    assert!(
        reason.contains("CustomPolicy (x.Y, which needs Python)"),
        "{reason}"
    );
}

/// Counts how many requests are under way at once.
async fn crowded(listener: TcpListener, most: Arc<AtomicUsize>) {
    let under_way = Arc::new(AtomicUsize::new(0));
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(answer(stream, Arc::clone(&under_way), Arc::clone(&most)));
    }
}

async fn answer(mut stream: TcpStream, under_way: Arc<AtomicUsize>, most: Arc<AtomicUsize>) {
    let mut head = Vec::new();
    let mut byte = [0];
    while stream.read_exact(&mut byte).await.is_ok() {
        head.push(byte[0]);
        if !head.ends_with(b"\r\n\r\n") {
            continue;
        }
        head.clear();
        let now = under_way.fetch_add(1, Ordering::SeqCst) + 1;
        most.fetch_max(now, Ordering::SeqCst);
        for _ in 0..200 {
            tokio::task::yield_now().await;
        }
        under_way.fetch_sub(1, Ordering::SeqCst);
        let body = br#"{"data": [{"id": 1}]}"#;
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
        if stream
            .write_all(&[head.as_bytes(), body].concat())
            .await
            .is_err()
        {
            return;
        }
    }
}

async fn most_at_once(level: &str) -> usize {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let most = Arc::new(AtomicUsize::new(0));
    let task = tokio::spawn(crowded(listener, Arc::clone(&most)));
    let source = source(&manifest(level, ""), json!({"url": url, "workers": "9"}));
    let runs = (0..6).map(|_| run(&source, Ask::of("items")));
    for ran in futures::future::join_all(runs).await {
        assert!(ran.error.is_none(), "{:?}", ran.error);
    }
    task.abort();
    most.load(Ordering::SeqCst)
}

#[tokio::test]
async fn no_more_requests_are_under_way_than_the_manifest_says() {
    let level = |fields: &str| format!("concurrency_level: {{type: ConcurrencyLevel, {fields}}}");
    assert_eq!(most_at_once(&level("default_concurrency: 1")).await, 1);
    let bounded = "default_concurrency: \"{{ config['workers'] }}\", max_concurrency: 2";
    assert_eq!(most_at_once(&level(bounded)).await, 2);
    assert!(most_at_once("").await > 2);
}
