//! Credentials that a provider gives at run time, through the store.

use std::sync::{Arc, Mutex};

use syncline_connectors::{NetworkRules, Registry, SourceOptions};
use syncline_engine::{RegistrySources, Worker};
use syncline_test_support::{TestDatabase, both_databases};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::support::{Mode, World, finish_all};

/// Each request needs a new access token, and each refresh token is good once.
fn manifest(url: &str) -> String {
    format!(
        r#"
version: "6.0.0"
type: DeclarativeSource
check: {{ type: CheckStream, stream_names: [invoices] }}
streams:
  - type: DeclarativeStream
    name: invoices
    primary_key: [id]
    retriever:
      type: SimpleRetriever
      requester:
        type: HttpRequester
        url_base: "{url}"
        path: /invoices
        authenticator:
          type: OAuthAuthenticator
          token_refresh_endpoint: "{url}/token"
          client_id: us
          client_secret: hush
          refresh_token_updater: {{ refresh_token_config_path: [refresh_token] }}
      record_selector: {{ type: RecordSelector, extractor: {{ type: DpathExtractor, field_path: [] }} }}
    schema_loader: {{ type: InlineSchemaLoader, schema: {{ type: object, properties: {{}} }} }}
spec: {{ type: Spec, connection_specification: {{ type: object, properties: {{}} }} }}
"#
    )
}

#[derive(Default)]
struct Provider {
    /// The refresh tokens that came, the first without one.
    refreshed_with: Mutex<Vec<Option<String>>>,
}

impl Provider {
    async fn start() -> (Arc<Self>, String) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let provider = Arc::new(Self::default());
        let serving = Arc::clone(&provider);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(Arc::clone(&serving).serve(stream));
            }
        });
        (provider, url)
    }

    async fn serve(self: Arc<Self>, mut stream: TcpStream) {
        let mut asked = String::new();
        let mut byte = [0];
        loop {
            while !asked.ends_with("\r\n\r\n") {
                if stream.read_exact(&mut byte).await.is_err() {
                    return;
                }
                asked.push(char::from(byte[0]));
            }
            let head = asked.to_lowercase();
            let length = head.split("content-length: ").nth(1);
            let length = length.and_then(|rest| rest.split("\r\n").next()?.parse().ok());
            let mut body = vec![0; length.unwrap_or(0)];
            stream.read_exact(&mut body).await.unwrap();
            let (status, answer) = self.answer(&asked, &String::from_utf8(body).unwrap());
            let answer = format!(
                "HTTP/1.1 {status} X\r\ncontent-length: {}\r\n\r\n{answer}",
                answer.len()
            );
            stream.write_all(answer.as_bytes()).await.unwrap();
            asked.clear();
        }
    }

    fn answer(&self, asked: &str, body: &str) -> (u16, String) {
        let mut used = self.refreshed_with.lock().unwrap();
        if asked.starts_with("POST /token ") {
            let token = body.split("refresh_token=").nth(1).map(str::to_owned);
            let given = used.len();
            let wanted = (given > 0).then(|| format!("ref-{given}"));
            if token != wanted {
                return (400, r#"{"error": "invalid_grant"}"#.to_owned());
            }
            used.push(token);
            let next = given + 1;
            return (
                200,
                format!(
                    r#"{{"access_token": "acc-{next}", "refresh_token": "ref-{next}", "expires_in": -1}}"#
                ),
            );
        }
        let latest = format!("authorization: Bearer acc-{}\r\n", used.len());
        match asked.contains(&latest) {
            true => (200, r#"[{"id": 1}]"#.to_owned()),
            false => (401, "{}".to_owned()),
        }
    }
}

/// A process of its own: nothing is kept but in the store.
async fn run_in_a_new_process(world: &World, url: &str) -> String {
    let registry = Registry::from_manifests([("scripted", manifest(url))]);
    let options = SourceOptions {
        network: NetworkRules::allow_all(),
        ..SourceOptions::default()
    };
    let sources = RegistrySources::new(registry, world.store.clone(), options);
    let worker = Worker::new(world.store.clone(), Arc::new(sources), World::options("w"));
    world.request().await;
    let tick = worker.tick().await.unwrap();
    let id = tick.claimed[0].fence().sync_id;
    finish_all(tick).await;
    world.view_sync(id).await
}

both_databases! {
    async fn a_rotated_refresh_token_is_used_by_the_next_process(db: TestDatabase) {
        let world = World::new(db, Mode::FullPass).await;
        let (provider, url) = Provider::start().await;
        for _ in 0..3 {
            let ran = run_in_a_new_process(&world, &url).await;
            assert!(ran.starts_with("complete after 1 attempts"), "{ran}");
        }
        let used = provider.refreshed_with.lock().unwrap().clone();
        assert_eq!(used, [None, Some("ref-1".to_owned()), Some("ref-2".to_owned())]);
    }
}
