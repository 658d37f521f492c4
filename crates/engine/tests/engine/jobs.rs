//! A stream whose records a job at its provider makes: while that takes long, no worker is held,
//! and whoever goes on asks for the same job.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use chrono::{Duration, TimeDelta};
use serde_json::{Value, json};
use syncline_connectors::{JobWaits, NetworkRules, Registry, SourceOptions};
use syncline_domain::Status;
use syncline_engine::run::Ended;
use syncline_engine::{RegistrySources, Worker};
use syncline_test_support::{TestDatabase, both_databases};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::support::{Mode, World, finish_all};

const MANIFEST: &str = r#"
version: "6.0.0"
type: DeclarativeSource
check: { type: CheckStream, stream_names: [invoices] }
streams:
  - type: DeclarativeStream
    name: invoices
    primary_key: [id]
    retriever:
      type: AsyncRetriever
      record_selector: { type: RecordSelector, extractor: { type: DpathExtractor, field_path: [] } }
      status_mapping: { running: [busy], completed: [done], failed: [], timeout: [] }
      status_extractor: { type: DpathExtractor, field_path: [status] }
      creation_requester: { type: HttpRequester, url_base: "URL", path: /jobs, http_method: POST }
      polling_requester: { type: HttpRequester, url_base: "URL", path: "/jobs/{{ creation_response.id }}" }
      download_requester: { type: HttpRequester, url_base: "URL", path: "/files/{{ creation_response.id }}" }
spec: { type: Spec, connection_specification: { type: object, properties: {} } }
"#;

/// What was asked, each as method and path.
type Log = Arc<Mutex<Vec<String>>>;

/// Its job is done when it is asked for the third time.
async fn serve() -> (String, Log) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let log = Log::default();
    let (asked, polls) = (log.clone(), Arc::new(AtomicUsize::new(0)));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(answer_one(stream, asked.clone(), polls.clone()));
        }
    });
    (url, log)
}

async fn answer_one(mut stream: TcpStream, log: Log, polls: Arc<AtomicUsize>) -> Option<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).ok()?;
    let line = head.split(" HTTP").next()?.to_owned();
    let body: Value = match line.as_str() {
        "POST /jobs" => json!({ "id": "j1" }),
        "GET /jobs/j1" if polls.fetch_add(1, Ordering::Relaxed) < 2 => json!({ "status": "busy" }),
        "GET /jobs/j1" => json!({ "status": "done" }),
        _ => json!([{ "id": "a" }, { "id": "b" }]),
    };
    log.lock().unwrap().push(line);
    let body = body.to_string();
    let head = format!(
        "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all((head + &body).as_bytes()).await.ok()
}

both_databases! {
    async fn a_job_that_takes_long_holds_no_worker_and_is_asked_for_again(db: TestDatabase) {
        let world = World::new(db, Mode::FullPass).await;
        let (url, log) = serve().await;
        let registry = Registry::from_manifests([("scripted", MANIFEST.replace("URL", &url))]);
        let options = SourceOptions {
            network: NetworkRules::allow_all(),
            // Any job is one that takes long.
            jobs: JobWaits { patience: TimeDelta::zero(), ..JobWaits::default() },
            ..SourceOptions::default()
        };
        let sources = RegistrySources::new(registry, world.store.clone(), options);
        let worker = Worker::new(world.store.clone(), Arc::new(sources), World::options("w"));
        let sync = world.request().await;

        for attempt in 1..=2 {
            let ended = finish_all(worker.tick().await.unwrap()).await;
            assert_eq!(ended, [Ended::Became(Status::PendingRetry)]);
            let view = world.view_sync(sync).await;
            assert!(view.starts_with(&format!("pending_retry after {attempt} attempts")), "{view}");
            assert!(view.contains("a job at the provider has run for"), "{view}");
            assert!(view.contains("failures: 0 of 0"), "{view}");
            // Not before the job is worth another question.
            assert!(worker.tick().await.unwrap().claimed.is_empty());
            world.pass(Duration::minutes(1));
        }
        let ended = finish_all(worker.tick().await.unwrap()).await;
        assert_eq!(ended, [Ended::Became(Status::Complete)]);
        let view = world.view_sync(sync).await;
        assert!(view.contains("2 records: 2 added"), "{view}");
        assert_eq!(
            *log.lock().unwrap(),
            ["POST /jobs", "GET /jobs/j1", "GET /jobs/j1", "GET /jobs/j1", "GET /files/j1"]
        );
    }
}
