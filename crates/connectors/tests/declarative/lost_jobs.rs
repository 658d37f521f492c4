//! Jobs that come to nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::{DateTime, Duration, Utc};
use serde_json::json;
use syncline_connectors::error::{SourceError, SourceErrorKind as Kind};
use syncline_connectors::source::Source;
use syncline_connectors::{JobWaits, SourceOptions};

use crate::jobs::{ABORT, asked, of, provider, with};
use crate::run::{Ask, now, options, run, source_with};
use crate::server::{Reply, Server};

/// Reads with a clock that jumps to whatever is waited for; how long each wait was.
async fn patiently(source: &Arc<dyn Source>) -> (Vec<Duration>, SourceError) {
    let (mut waits, mut ask) = (Vec::new(), Ask::of("items"));
    loop {
        let ran = run(source, ask.clone()).await;
        if let Some(page) = ran.pages.last() {
            ask.position = Some(page.position.clone());
        }
        let error = ran.error.unwrap();
        let Kind::Later { until } = error.kind else {
            return (waits, error);
        };
        let until: DateTime<Utc> = until.unwrap();
        waits.push(until - ask.now);
        ask.now = until;
        assert!(waits.len() < 1000, "it has an end");
    }
}

/// No wait is waited for.
fn hurried() -> SourceOptions {
    SourceOptions {
        retry_max_wait: std::time::Duration::ZERO,
        jobs: JobWaits::default(),
        ..options()
    }
}

#[tokio::test]
async fn a_job_that_never_ends_is_ended_three_times_and_parks_the_sync_meanwhile() {
    let server = provider(|_| json!({"status": "busy"})).await;
    let source = source_with(&with(ABORT), json!({"url": server.url}), hurried());
    let (waits, error) = patiently(&source).await;
    assert_eq!(error.kind, Kind::Refused);
    assert!(error.message.contains("1 of the stream's jobs"), "{error}");
    assert!(error.message.contains("took too long"), "{error}");
    let all: Duration = waits.iter().sum();
    assert!((180..240).contains(&all.num_minutes()), "{all}");
    // Every few seconds at first, then ever less often.
    let (first, last) = (waits[0], waits[waits.len() - 1]);
    assert!(first < Duration::minutes(1), "{first}");
    assert!(
        last > Duration::minutes(2) && last < Duration::minutes(6),
        "{last}"
    );
    assert!(waits.len() < 250, "{} waits", waits.len());
    let asked = asked(&server);
    let count = |line: &str| asked.iter().filter(|asked| asked.starts_with(line)).count();
    assert_eq!(count("POST /jobs/"), 3);
    assert_eq!(count("POST /jobs"), 6);
}

#[tokio::test]
async fn a_job_that_fails_at_once_and_always_ends_soon() {
    let server = provider(|_| json!({"status": "broken"})).await;
    let source = of(&server, &with("failed_retry_wait_time_in_seconds: 900"));
    let (waits, error) = patiently(&source).await;
    assert_eq!(waits.len(), 2);
    assert!(
        waits.iter().all(|wait| *wait > Duration::minutes(14)),
        "{waits:?}"
    );
    assert!(error.message.contains("says that it failed"), "{error}");
    assert_eq!(server.asked().len(), 6);
}

#[tokio::test]
async fn an_unknown_status_is_named_and_its_job_ended() {
    let server = provider(|_| json!({"status": "odd"})).await;
    let ran = run(&of(&server, &with(ABORT)), Ask::of("items")).await;
    assert_eq!(ran.error().kind, Kind::Refused);
    let message = &ran.error().message;
    assert!(
        message.contains("`odd`") && message.contains("broken, busy, done"),
        "{message}"
    );
    assert_eq!(asked(&server).last().unwrap(), "POST /jobs/1/abort");
}

#[tokio::test]
async fn a_creation_that_tells_nothing_is_refused() {
    for body in ["[1]", "<html>", ""] {
        let server = Server::start(move |_| Reply::bytes(body)).await;
        let ran = run(&of(&server, &with("")), Ask::of("items")).await;
        assert_eq!(ran.error().kind, Kind::Refused, "{body}");
        assert!(
            ran.error().message.contains("no JSON object"),
            "{}",
            ran.error()
        );
        assert_eq!(server.asked().len(), 1);
    }
}

#[tokio::test]
async fn a_provider_that_is_down_does_not_cost_a_job() {
    let asked_for = AtomicUsize::new(0);
    let server = Server::start(move |asked| {
        let is_first = asked_for.fetch_add(1, Ordering::Relaxed) == 0;
        match asked.path() {
            "/jobs" => Reply::json(json!({"id": 1})),
            _ if is_first => panic!("made first"),
            _ => Reply::status(503, "down"),
        }
    })
    .await;
    let options = SourceOptions {
        tries: 2,
        ..options()
    };
    let source = source_with(&with(ABORT), json!({"url": server.url}), options);
    let ran = run(&source, Ask::of("items")).await;
    assert!(
        matches!(ran.error().kind, Kind::Transient { .. }),
        "{:?}",
        ran.error
    );
    assert_eq!(asked(&server), ["POST /jobs", "GET /jobs/1", "GET /jobs/1"]);
}

#[tokio::test]
async fn a_check_makes_a_job_and_does_not_wait_for_it() {
    let server = provider(|_| json!({"status": "busy"})).await;
    let health = of(&server, &with("")).check(now()).await;
    assert_eq!(health.healthy, Some(true));
    assert_eq!(asked(&server), ["POST /jobs"]);

    let server = Server::start(|_| Reply::status(401, "who")).await;
    let health = of(&server, &with("")).check(now()).await;
    assert_eq!(
        (health.healthy, health.authentication_required),
        (Some(false), true)
    );
}

#[test]
fn what_a_job_cannot_be_made_of_is_told() {
    for (part, instead, problem) in [
        (
            "download_target_extractor: {type: DpathExtractor, field_path: [urls]}",
            "download_target_requester: {type: HttpRequester, url_base: \"http://x\"}",
            "needs a `download_target_extractor`",
        ),
        (
            "completed: [done], ",
            "",
            "a status mapping needs `completed`",
        ),
        (
            "completed: [done]",
            "completed: [busy]",
            "the status `busy` stands twice",
        ),
        (
            "status_extractor: {type: DpathExtractor",
            "status_extractor: {type: CustomRecordExtractor",
            "CustomRecordExtractor is not supported",
        ),
        (
            "path: jobs\n",
            "path: \"{{ polling_response.id }}\"\n",
            "reads `polling_response`, which is unknown here",
        ),
    ] {
        let manifest = with("");
        assert!(manifest.contains(part), "{part}");
        let told =
            syncline_connectors::manifest::support(&manifest.replace(part, instead)).unwrap();
        let reason = told[0].reason.as_deref().unwrap_or_default();
        assert!(reason.contains(problem), "{part}: {reason}");
    }
}
