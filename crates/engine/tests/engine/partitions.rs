//! A stream by partitions and windows, from a manifest into the store: killed after any page, it
//! leaves what it would have left undisturbed.

use std::sync::Arc;

use chrono::Duration;
use serde_json::{Map, Value, json};
use syncline_connectors::{NetworkRules, Registry, SourceOptions};
use syncline_domain::Status;
use syncline_domain::scope::Scope;
use syncline_engine::run::{Ended, Step};
use syncline_engine::{RegistrySources, Worker};
use syncline_test_support::{TestDatabase, both_databases};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::support::{Mode, World};

const SEEDS: u64 = 10;

const MANIFEST: &str = r##"
version: "6.0.0"
type: DeclarativeSource
check: { type: CheckStream, stream_names: [invoices] }
definitions:
  cursor:
    type: DatetimeBasedCursor
    cursor_field: updated
    datetime_format: "%Y-%m-%d"
    start_datetime: "2025-12-01"
  selector: { type: RecordSelector, extractor: { type: DpathExtractor, field_path: [data] } }
streams:
  - type: DeclarativeStream
    name: invoices
    primary_key: [id]
    incremental_sync:
      $ref: "#/definitions/cursor"
      step: P20D
      cursor_granularity: P1D
      start_time_option: { type: RequestOption, inject_into: request_parameter, field_name: from }
    retriever:
      type: SimpleRetriever
      requester: { type: HttpRequester, url_base: "URL", path: /invoices }
      record_selector: { $ref: "#/definitions/selector" }
      paginator:
        type: DefaultPaginator
        page_token_option: { type: RequestOption, inject_into: request_parameter, field_name: offset }
        pagination_strategy: { type: OffsetIncrement, page_size: 3 }
      partition_router:
        type: SubstreamPartitionRouter
        parent_stream_configs:
          - type: ParentStreamConfig
            parent_key: id
            partition_field: shop
            incremental_dependency: true
            request_option: { type: RequestOption, inject_into: request_parameter, field_name: shop }
            stream:
              type: DeclarativeStream
              name: shops
              primary_key: [id]
              incremental_sync: { $ref: "#/definitions/cursor" }
              retriever:
                type: SimpleRetriever
                requester: { type: HttpRequester, url_base: "URL", path: /shops }
                record_selector: { $ref: "#/definitions/selector" }
                paginator:
                  type: DefaultPaginator
                  page_token_option: { type: RequestOption, inject_into: request_parameter, field_name: after }
                  pagination_strategy: { type: CursorPagination, cursor_value: "{{ response.next }}" }
spec: { type: Spec, connection_specification: { type: object, properties: {} } }
"##;

/// Two pages of shops; two pages of invoices for each of them in every window.
fn answer(target: &str) -> Value {
    let parameter = |name: &str| {
        let (_, query) = target.split_once('?')?;
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
    };
    if target.starts_with("/shops") {
        return match parameter("after") {
            None => {
                json!({ "data": [{ "id": 1, "updated": "2025-12-05" }, { "id": 2, "updated": "2025-12-06" }], "next": "p2" })
            }
            Some(_) => json!({ "data": [{ "id": 3, "updated": "2025-12-07" }] }),
        };
    }
    let (shop, from) = (parameter("shop").unwrap(), parameter("from").unwrap());
    let numbers = if parameter("offset").is_some() {
        3..5
    } else {
        0..3
    };
    let data: Vec<Value> = numbers
        .map(|number| json!({ "id": format!("{shop} {from} {number}"), "updated": from }))
        .collect();
    json!({ "data": data })
}

async fn serve() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(answer_one(stream));
        }
    });
    url
}

async fn answer_one(mut stream: TcpStream) -> Option<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).ok()?;
    let body = answer(head.split(' ').nth(1)?).to_string();
    let head = format!(
        "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all((head + &body).as_bytes()).await.ok()
}

/// Runs a sync that dies after `pages()` pages, again and again.
async fn sync(world: &World, worker: &Worker, scope: Scope, mut pages: impl FnMut() -> u64) {
    world.request_scope(scope).await;
    loop {
        let mut run = world.claim_one(worker).await;
        let mut left = pages();
        while left > 0 {
            match run.step().await {
                Step::Ended(ended) => {
                    assert_eq!(ended, Ended::Became(Status::Complete));
                    return;
                }
                Step::Page(_) => left -= 1,
                Step::Began | Step::EndProven | Step::Swept { .. } => {}
            }
        }
        drop(run);
        world.pass(Duration::minutes(2));
        world.worker("rescuer").maintain().await.unwrap();
        world.pass(Duration::minutes(10));
        worker.maintain().await.unwrap();
    }
}

/// The live records, how often they changed, and the states without how long the sync took.
async fn left(
    world: &World,
) -> (
    Vec<(String, String)>,
    i64,
    Vec<(String, Map<String, Value>)>,
) {
    let (organization, model) = (world.organization, world.model);
    let (feed, states) = world
        .read(move |tx| {
            let feed = tx.list_records_of_model(organization, model, None, false, 1000)?;
            Ok((feed, tx.list_model_states(organization, model)?))
        })
        .await;
    let mut records: Vec<_> = feed
        .records
        .iter()
        .map(|record| (record.key.clone(), record.data.get().to_owned()))
        .collect();
    records.sort();
    let states = states.into_iter().map(|mut row| {
        row.state.shift_remove("lookback_window");
        (row.partition, row.state)
    });
    (records, feed.cursor.number, states.collect())
}

both_databases! {
    async fn a_stream_by_partitions_outlives_a_crash_after_any_page(db: TestDatabase) {
        let world = World::new(db, Mode::FullPass).await;
        let manifest = MANIFEST.replace("URL", &serve().await);
        let registry = Registry::from_manifests([("scripted", manifest)]);
        let options = SourceOptions { network: NetworkRules::allow_all(), ..SourceOptions::default() };
        let sources = RegistrySources::new(registry, world.store.clone(), options);
        let worker = Worker::new(world.store.clone(), Arc::new(sources), World::options("w"));
        sync(&world, &worker, Scope::plain(), || u64::MAX).await;
        let whole = left(&world).await;
        assert_eq!((whole.0.len(), whole.1), (3 * 2 * 5, 30), "each once");
        let partitions: Vec<&str> = whole.2.iter().map(|(partition, _)| partition.as_str()).collect();
        assert_eq!(partitions, [
            "",
            r#"["parent_state","shops",""]"#,
            r#"{"parent_slice":{},"shop":1}"#,
            r#"{"parent_slice":{},"shop":2}"#,
            r#"{"parent_slice":{},"shop":3}"#,
        ]);
        for seed in 1..=SEEDS {
            let mut random = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
            sync(&world, &worker, Scope::full_refresh(), || {
                random ^= random << 13;
                random ^= random >> 7;
                random ^= random << 17;
                random % 5 + 1
            })
            .await;
            assert_eq!(left(&world).await, whole, "seed {seed}");
        }
    }
}
