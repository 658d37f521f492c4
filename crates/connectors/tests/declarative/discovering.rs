//! Streams that a provider tells: found when it is asked, bounded, and kept as they were found.

use std::sync::Arc;

use serde_json::{Value, json};
use syncline_connectors::Manifest;
use syncline_connectors::auth::MemoryVault;
use syncline_connectors::manifest::Discovered;
use syncline_connectors::source::PlanRequest;
use syncline_domain::health::Health;
use syncline_domain::scope::Scope;

use crate::run::{Ask, now, object, options, run};
use crate::server::{Asked, Reply, Server};

const MANIFEST: &str = r##"
version: 6.0.0
type: DeclarativeSource
check: {type: CheckStream, stream_names: [], dynamic_streams_check_configs: [{type: DynamicStreamCheckConfig, dynamic_stream_name: tables, stream_count: 2}]}
spec:
  type: Spec
  connection_specification:
    type: object
    properties: {url: {type: string}, key: {type: string, airbyte_secret: true}}
dynamic_streams:
  - type: DynamicDeclarativeStream
    name: tables
    stream_template:
      type: DeclarativeStream
      name: ""
      primary_key: [id]
      retriever:
        type: SimpleRetriever
        requester: {type: HttpRequester, url_base: "{{ config['url'] }}", path: ""}
        record_selector: {type: RecordSelector, extractor: {type: DpathExtractor, field_path: [data]}}
    components_resolver:
      type: HttpComponentsResolver
      retriever:
        type: SimpleRetriever
        requester: {type: HttpRequester, url_base: "{{ config['url'] }}", path: /tables}
        record_selector: {type: RecordSelector, extractor: {type: DpathExtractor, field_path: [tables]}}
        paginator:
          type: DefaultPaginator
          page_token_option: {type: RequestOption, inject_into: request_parameter, field_name: page}
          pagination_strategy: {type: PageIncrement, page_size: 500}
      components_mapping:
        - {type: ComponentMappingDefinition, field_path: [name], value: "{{ components_values['name'] }}"}
        - {type: ComponentMappingDefinition, field_path: [retriever, requester, path], value: "/of/{{ components_values['id'] }}"}
"##;

async fn discover(manifest: &Arc<Manifest>, url: &str) -> Result<Discovered, Health> {
    let config = object(json!({"url": url, "key": "k-123456789"}));
    let vault = Arc::new(MemoryVault::default());
    manifest.discover(config, options(), vault, now()).await
}

fn names(manifest: &Manifest) -> Vec<&str> {
    let streams = manifest.streams().iter();
    streams.map(|stream| stream.name.as_str()).collect()
}

#[tokio::test]
async fn what_was_found_is_kept_and_read_without_asking_again() {
    let server = Server::start(|asked: &Asked| match asked.path() {
        "/tables" => {
            Reply::json(json!({"tables": [{"id": 7, "name": "a"}, {"id": 8, "name": "b"}]}))
        }
        _ => Reply::json(json!({"data": [{"id": 1}]})),
    })
    .await;
    let manifest = Arc::new(Manifest::parse(MANIFEST).unwrap());
    assert!(manifest.needs_discovery());
    let config = object(json!({"url": server.url}));
    assert!(names(&manifest.of_connection(&config)).is_empty());
    let source = manifest.source(config.clone(), options()).unwrap();
    let request = PlanRequest {
        stream: "b",
        scope: &Scope::plain(),
        states: &[],
        overlap: chrono::Duration::zero(),
        now: now(),
    };
    let error = source.plan(request).unwrap_err();
    assert!(error.message.contains("check the connection"), "{error}");

    let found = discover(&manifest, &server.url).await.unwrap();
    assert_eq!(server.targets(), ["/tables"]);
    let kept = Discovered::from_fields(found.to_fields());
    assert_eq!(kept, found);
    let manifest = manifest.with_discovered(kept);
    assert_eq!(names(&manifest.of_connection(&config)), ["a", "b"]);
    server.forget();
    let source = manifest.source(config, options()).unwrap();
    let ran = run(&source, Ask::of("b")).await;
    assert_eq!(
        (ran.error.is_none(), server.targets()),
        (true, vec!["/of/8".to_owned()])
    );
    server.forget();
    assert_eq!(source.check(now()).await.healthy, Some(true));
    assert_eq!(server.targets(), ["/of/7", "/of/8"]);
}

async fn refused(answer: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> (String, usize) {
    let server = Server::start(answer).await;
    let manifest = Arc::new(Manifest::parse(MANIFEST).unwrap());
    let health = discover(&manifest, &server.url).await.unwrap_err();
    assert_eq!(health.healthy, Some(false));
    (health.message.unwrap(), server.targets().len())
}

#[tokio::test]
async fn what_makes_no_streams_is_a_clear_and_bounded_problem() {
    for (tables, wanted) in [
        (
            json!([{"id": 1, "name": "a"}, {"id": 2, "name": "a"}]),
            "two streams have the name `a`",
        ),
        (
            json!([{"id": 1, "name": "x".repeat(1000)}]),
            "at most 200 characters",
        ),
        (
            json!([{"id": 1, "name": {"is": "no text"}}]),
            "must be a text, not an object",
        ),
        (json!([{"id": 1}]), "must not be empty"),
        (
            json!([{"id": 1, "name": "of k-123456789"}]),
            "holds a secret",
        ),
        (
            json!([{"id": 1, "name": "x", "more": "x".repeat(5_000_000)}]),
            "more than 4 MiB",
        ),
    ] {
        let (message, _) = refused(move |_| Reply::json(json!({"tables": tables}))).await;
        assert!(message.contains(wanted), "{message}");
        assert!(message.starts_with("the streams of the connection cannot be told: "));
        assert!(
            !message.contains("k-123456789") && message.len() < 500,
            "{message}"
        );
    }
    let (message, _) = refused(|_| Reply::status(500, "{}")).await;
    assert!(message.contains("500"), "{message}");
    let (message, _) = refused(|_| Reply::json("no json")).await;
    assert!(message.contains("JSON"), "{message}");
}

/// Its pages never end.
#[tokio::test]
async fn no_more_streams_are_asked_for_than_a_connection_may_have() {
    let (message, asked) = refused(|asked| {
        let page: usize = asked.query("page").map_or(0, |page| page.parse().unwrap());
        let tables: Vec<Value> = (0..500)
            .map(|at| json!({"id": at, "name": format!("t{page}-{at}")}))
            .collect();
        Reply::json(json!({"tables": tables}))
    })
    .await;
    assert!(message.contains("more than 1000 streams"), "{message}");
    assert!(asked <= 4, "{asked}");
}
