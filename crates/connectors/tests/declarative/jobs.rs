//! Streams whose records a job makes that the provider works off.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use syncline_connectors::error::SourceErrorKind as Kind;
use syncline_connectors::source::{Coverage, Source};

use crate::manifests::Jobs;
use crate::run::{Ask, run, source};
use crate::server::{Asked, Reply, Server};

pub const ABORT: &str = "abort_requester:
        <<: *requester
        path: \"jobs/{{ creation_response['id'] }}/abort\"
        http_method: POST";

const DELETE: &str = "delete_requester:
        <<: *requester
        path: \"jobs/{{ creation_response['id'] }}/delete\"
        http_method: POST";

pub fn with(retriever: &str) -> String {
    Jobs {
        retriever: retriever.to_owned(),
        ..Jobs::default()
    }
    .yaml()
}

/// A provider whose jobs are numbered, and say what a function answers.
pub async fn provider(status: impl Fn(usize) -> Value + Send + Sync + 'static) -> Server {
    let made = AtomicUsize::new(0);
    Server::start(move |asked| match (asked.method.as_str(), asked.path()) {
        ("POST", "/jobs") => {
            let number = made.fetch_add(1, Ordering::Relaxed) + 1;
            Reply::json(json!({"id": number, "ticket": "long-ticket"}))
        }
        ("POST", _) => Reply::json("{}"),
        (_, path) if path.starts_with("/jobs/") => {
            let number = path.rsplit('/').next().unwrap().parse().unwrap();
            Reply::json(status(number))
        }
        (_, file) => Reply::json(json!([{"id": format!("{file} 1")}, {"id": format!("{file} 2")}])),
    })
    .await
}

pub fn of(server: &Server, manifest: &str) -> Arc<dyn Source> {
    source(manifest, json!({"url": server.url}))
}

/// What was asked, methods and targets.
pub fn asked(server: &Server) -> Vec<String> {
    let line = |asked: &Asked| format!("{} {}", asked.method, asked.target);
    server.asked().iter().map(line).collect()
}

#[tokio::test]
async fn an_attempt_goes_on_with_the_job_that_an_earlier_one_made() {
    let server = provider(|_| json!({"status": "done", "urls": ["a?sign=1", "b?sign=2"]})).await;
    let source = of(&server, &with(""));
    let first = run(
        &source,
        Ask {
            pages: 2,
            ..Ask::of("items")
        },
    )
    .await;
    assert_eq!(first.keys(), ["/a 1", "/a 2"]);
    let position = first.pages[1].position.clone();
    let stored = Value::Object(position.pagination_state.as_object().clone()).to_string();
    assert!(stored.contains(r#""created":{"id":1}"#), "{stored}");
    // What is signed lets whoever knows it in.
    assert!(!stored.contains("sign"), "{stored}");
    assert!(!stored.contains("ticket"), "{stored}");

    server.forget();
    let second = run(
        &source,
        Ask {
            position: Some(position),
            ..Ask::of("items")
        },
    )
    .await;
    assert_eq!(second.keys(), ["/b 1", "/b 2"]);
    assert_eq!(asked(&server), ["GET /jobs/1", "GET /b?sign=2"]);
    assert_eq!(*second.coverage(), Coverage::Full);
}

#[tokio::test]
async fn a_file_of_several_pages_goes_on_inside_of_it() {
    let rows: String = (0..2500).map(|n| format!("{n},x\n")).collect();
    let file = format!("id,name\n{rows}");
    let server = Server::start(move |asked| match asked.path() {
        "/jobs" => Reply::json(json!({"id": "j"})),
        "/jobs/j" => Reply::json(json!({"status": "done", "urls": ["f"]})),
        _ => Reply::bytes(file.clone()),
    })
    .await;
    let source = of(&server, &with("download_decoder: {type: CsvDecoder}"));
    let first = run(
        &source,
        Ask {
            pages: 2,
            ..Ask::of("items")
        },
    )
    .await;
    assert_eq!(first.keys().len(), 1000);
    let position = Some(first.pages[1].position.clone());
    let second = run(
        &source,
        Ask {
            position,
            ..Ask::of("items")
        },
    )
    .await;
    let keys = second.keys();
    assert_eq!(
        (keys.len(), keys[0].as_str(), keys[1499].as_str()),
        (1500, "1000", "2499")
    );
    assert!(second.pages.iter().all(|page| page.records.len() <= 1000));
}

#[tokio::test]
async fn a_job_that_the_provider_forgot_is_made_anew() {
    let server = Server::start(|asked| match asked.path() {
        "/jobs" => Reply::json(json!({"id": asked.body.len()})),
        _ => Reply::status(404, "gone"),
    })
    .await;
    let source = of(&server, &with(""));
    let first = run(
        &source,
        Ask {
            pages: 1,
            ..Ask::of("items")
        },
    )
    .await;
    server.forget();
    let position = Some(first.pages[0].position.clone());
    let second = run(
        &source,
        Ask {
            position,
            ..Ask::of("items")
        },
    )
    .await;
    assert_eq!(second.warnings(), ["job_gone"]);
    // A new one is not forgotten without being noticed.
    assert_eq!(
        (second.error().kind, second.error().status_code),
        (Kind::Refused, Some(404))
    );
    assert_eq!(asked(&server), ["GET /jobs/0", "POST /jobs", "GET /jobs/0"]);
}

#[tokio::test]
async fn files_that_changed_meanwhile_are_all_read() {
    let asked_for = AtomicUsize::new(0);
    let server = provider(move |_| match asked_for.fetch_add(1, Ordering::Relaxed) {
        0 => json!({"status": "done", "urls": ["a", "b"]}),
        _ => json!({"status": "done", "urls": ["c", "d"]}),
    })
    .await;
    let source = of(&server, &with(""));
    let first = run(
        &source,
        Ask {
            pages: 2,
            ..Ask::of("items")
        },
    )
    .await;
    let position = Some(first.pages[1].position.clone());
    let second = run(
        &source,
        Ask {
            position,
            ..Ask::of("items")
        },
    )
    .await;
    assert_eq!(second.keys(), ["/c 1", "/c 2", "/d 1", "/d 2"]);
    assert_eq!(second.warnings(), ["job_changed"]);
    assert!(matches!(second.coverage(), Coverage::Doubtful { .. }));
}

#[tokio::test]
async fn what_is_secret_of_a_job_is_not_stored() {
    let server = Server::start(|asked| match asked.path() {
        "/jobs" => Reply::json(json!({"id": "the-api-token"})),
        _ => Reply::json(json!({"status": "done", "urls": ["a"]})),
    })
    .await;
    let config = json!({"url": server.url, "api_token": "the-api-token"});
    let source = source(&with(""), config);
    let first = run(
        &source,
        Ask {
            pages: 1,
            ..Ask::of("items")
        },
    )
    .await;
    assert_eq!(first.warnings(), ["job_not_kept"]);
    let position = first.pages[0].position.clone();
    let stored = Value::Object(position.pagination_state.as_object().clone()).to_string();
    assert!(!stored.contains("the-api-token"), "{stored}");
    server.forget();
    run(
        &source,
        Ask {
            position: Some(position),
            pages: 1,
            ..Ask::of("items")
        },
    )
    .await;
    assert_eq!(asked(&server), ["POST /jobs"]);
}

#[tokio::test]
async fn what_is_said_of_a_job_is_bounded_in_positions() {
    let id = "x".repeat(100_000);
    let server = Server::start(move |asked| match asked.path() {
        "/jobs" => Reply::json(json!({"id": id})),
        _ => Reply::json(json!({"status": "busy"})),
    })
    .await;
    let first = run(
        &of(&server, &with("")),
        Ask {
            pages: 1,
            ..Ask::of("items")
        },
    )
    .await;
    assert_eq!(first.warnings(), ["job_not_kept"]);
    let stored = first.pages[0].position.pagination_state.as_object().clone();
    assert!(Value::Object(stored).to_string().len() < 1000);
}

#[tokio::test]
async fn a_job_is_deleted_once_its_files_are_read() {
    let server = provider(|_| json!({"status": "done", "urls": ["a", "b"]})).await;
    let source = of(&server, &with(DELETE));
    let first = run(
        &source,
        Ask {
            pages: 3,
            ..Ask::of("items")
        },
    )
    .await;
    assert_eq!(first.keys().len(), 4);
    assert!(!asked(&server).contains(&"POST /jobs/1/delete".to_owned()));
    server.forget();
    let position = Some(first.pages[2].position.clone());
    let second = run(
        &source,
        Ask {
            position,
            ..Ask::of("items")
        },
    )
    .await;
    assert_eq!(asked(&server), ["POST /jobs/1/delete"]);
    assert!(second.end.is_some() && second.keys().is_empty());
}

#[tokio::test]
async fn that_a_job_cannot_be_deleted_is_only_a_warning() {
    let server = Server::start(|asked| match asked.path() {
        "/jobs" => Reply::json(json!({"id": 1})),
        "/jobs/1" => Reply::json(json!({"status": "done", "urls": []})),
        _ => Reply::status(403, "no"),
    })
    .await;
    let ran = run(&of(&server, &with(DELETE)), Ask::of("items")).await;
    assert_eq!(ran.warnings(), ["job_not_deleted"]);
    assert!(ran.end.is_some());
}
