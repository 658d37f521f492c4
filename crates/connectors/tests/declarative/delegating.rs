//! Streams that are read by another one once they have a state, and records that fit a schema.

use chrono::Duration;
use serde_json::{Value, json};
use syncline_connectors::source::Coverage;
use syncline_domain::scope::Scope;

use crate::manifests::Items;
use crate::run::{Ask, Ran, run, source};
use crate::server::{Reply, Server};

/// The first time from `all`, then from `changes`.
fn manifest(first: &str, more: &str) -> String {
    let stream = |path: &str, cursor: &str| {
        format!(
            "{{type: DeclarativeStream, name: items, primary_key: id, {cursor} retriever: {{type: SimpleRetriever, \
             requester: {{type: HttpRequester, url_base: \"{{{{ config['url'] }}}}\", path: {path}}}, \
             record_selector: {{type: RecordSelector, extractor: {{type: DpathExtractor, field_path: [data]}}}}}}}}"
        )
    };
    let cursor = "incremental_sync: {type: DatetimeBasedCursor, cursor_field: updated, datetime_format: \"%Y-%m-%d\", \
        start_datetime: \"2024-01-01\", start_time_option: {type: RequestOption, inject_into: request_parameter, field_name: from}},";
    let first = stream("all", &first.replace("CURSOR", cursor));
    let later = stream("changes", cursor);
    let yaml = Items::default().yaml();
    let head = yaml.split("streams:").next().unwrap().to_owned();
    format!(
        "{head}streams:\n  - type: StateDelegatingStream\n    name: items\n    {more}\n    full_refresh_stream: {first}\n    incremental_stream: {later}\n"
    )
}

async fn read(manifest: &str, server: &Server, ask: Ask) -> Ran {
    let ran = run(&source(manifest, json!({"url": server.url})), ask).await;
    assert!(ran.error.is_none(), "{:?}", ran.error);
    ran
}

#[tokio::test]
async fn the_first_sync_is_read_one_way_and_later_ones_another() {
    for (first, from) in [("CURSOR", "2024-02-01"), ("", "2024-01-01")] {
        let server =
            Server::start(|_| Reply::json(json!({"data": [{"id": 1, "updated": "2024-02-01"}]})))
                .await;
        let manifest = manifest(first, "");
        let whole = read(&manifest, &server, Ask::of("items")).await;
        assert_eq!(server.asked()[0].path(), "/all");
        assert_eq!(*whole.coverage(), Coverage::Full);
        server.forget();
        let states = whole.states();
        let later = read(
            &manifest,
            &server,
            Ask {
                states: states.clone(),
                ..Ask::of("items")
            },
        )
        .await;
        assert_eq!(server.targets(), [format!("/changes?from={from}")]);
        assert!(
            !later.plan.is_full_pass && later.plan.warnings.is_empty(),
            "{:?}",
            later.plan
        );
        assert_eq!(later.state(), json!({"updated": "2024-02-01"}));
        server.forget();
        let scope = Scope::full_refresh();
        read(
            &manifest,
            &server,
            Ask {
                states,
                scope,
                ..Ask::of("items")
            },
        )
        .await;
        assert_eq!(server.asked()[0].path(), "/all");
    }
}

#[tokio::test]
async fn a_sync_stays_with_the_way_that_it_began() {
    let server =
        Server::start(|_| Reply::json(json!({"data": [{"id": 1, "updated": "2024-02-01"}]}))).await;
    let manifest = manifest("CURSOR", "");
    let first = read(
        &manifest,
        &server,
        Ask {
            pages: 1,
            ..Ask::of("items")
        },
    )
    .await;
    // The page told a state already.
    let states = first.states();
    assert!(!states.is_empty());
    let position = Some(first.pages[0].position.clone());
    server.forget();
    let rest = read(
        &manifest,
        &server,
        Ask {
            states,
            position,
            ..Ask::of("items")
        },
    )
    .await;
    assert_eq!(*rest.coverage(), Coverage::Full);
    assert!(server.targets().is_empty());
}

#[tokio::test]
async fn a_state_that_is_too_old_is_not_used() {
    for (retention, path) in [("P60D", "/changes"), ("P20D", "/all")] {
        let server =
            Server::start(|_| Reply::json(json!({"data": [{"id": 1, "updated": "2024-02-01"}]})))
                .await;
        let manifest = manifest("CURSOR", &format!("api_retention_period: {retention}"));
        let states = read(&manifest, &server, Ask::of("items")).await.states();
        server.forget();
        let ask = Ask {
            states,
            overlap: Duration::days(1),
            ..Ask::of("items")
        };
        let ran = read(&manifest, &server, ask).await;
        assert_eq!(server.asked()[0].path(), path);
        assert_eq!(ran.plan.is_full_pass, path == "/all");
    }
}

#[tokio::test]
async fn values_become_what_the_schema_says() {
    let schema = "schema_loader: {type: InlineSchemaLoader, schema: {properties: {id: {type: string}, n: {type: [\"null\", integer]}}}}";
    let manifest = |stream: &str| {
        Items {
            stream: format!("primary_key: id\n    {stream}"),
            selector: "schema_normalization: Default".to_owned(),
            ..Items::default()
        }
        .yaml()
    };
    let server =
        Server::start(|_| Reply::json(json!({"data": [{"id": 1, "n": "5", "other": 1}]}))).await;
    let ran = read(&manifest(schema), &server, Ask::of("items")).await;
    let record: Value = serde_json::from_str(&ran.records()[0]).unwrap();
    assert_eq!(record, json!({"id": "1", "n": 5, "other": 1}));
    let without = syncline_connectors::Manifest::parse(&manifest("")).unwrap();
    assert!(
        without.streams()[0]
            .unsupported_reason
            .as_ref()
            .unwrap()
            .contains("schema_normalization")
    );
}
