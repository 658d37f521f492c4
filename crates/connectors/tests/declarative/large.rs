//! Answers and tokens beyond the ordinary size.

use std::sync::Arc;

use serde_json::{Value, json};
use syncline_connectors::SourceOptions;
use syncline_connectors::source::Source;

use crate::manifests::{CURSOR, Items};
use crate::run::{Ask, options, run, source, source_with};
use crate::server::{Reply, Server};

#[tokio::test]
async fn a_huge_answer_goes_through_a_temporary_file_in_pages() {
    let body = || {
        let data: Vec<Value> = (0..30_000)
            .map(|id| json!({"id": id, "text": "x".repeat(100)}))
            .collect();
        Reply::json(json!({"before": {"n": 1}, "data": data, "next": null}))
    };
    let server = Server::start(move |_| body()).await;
    let manifest = Items {
        paginator: CURSOR.to_owned(),
        ..Items::default()
    }
    .yaml();
    let small = SourceOptions {
        spool_above_bytes: 100_000,
        ..options()
    };
    let spooled: Arc<dyn Source> = source_with(&manifest, json!({"url": server.url}), small);
    let ran = run(&spooled, Ask::of("items")).await;
    assert!(ran.error.is_none(), "{:?}", ran.error);
    assert_eq!(
        ran.pages
            .iter()
            .map(|page| page.records.len())
            .collect::<Vec<_>>(),
        [1000; 30]
    );
    assert_eq!(
        ran.records(),
        run(
            &source(&manifest, json!({"url": server.url})),
            Ask::of("items")
        )
        .await
        .records()
    );
    let position = Some(ran.pages[11].position.clone());
    let rest = run(
        &spooled,
        Ask {
            position,
            ..Ask::of("items")
        },
    )
    .await;
    assert_eq!(rest.keys()[0], "12000");
    assert_eq!(rest.keys().len(), 18_000);
}

#[tokio::test]
async fn pages_are_cut_by_bytes_too() {
    let server = Server::start(|_| {
        let data: Vec<Value> = (0..6)
            .map(|id| json!({"id": id, "text": "x".repeat(1_500_000)}))
            .collect();
        Reply::json(json!({"data": data}))
    })
    .await;
    let ran = run(
        &source(&Items::default().yaml(), json!({"url": server.url})),
        Ask::of("items"),
    )
    .await;
    assert_eq!(
        ran.pages
            .iter()
            .map(|page| page.records.len())
            .collect::<Vec<_>>(),
        [2, 2, 2]
    );
}

#[tokio::test]
async fn a_token_too_large_to_store_starts_the_window_again() {
    // In a body, for a URL cannot be that long.
    let server = Server::start(|asked| match asked.body.contains("after") {
        false => Reply::json(json!({"data": [{"id": 1}], "next": "n".repeat(70_000)})),
        true => Reply::json(json!({"data": [{"id": 2}]})),
    })
    .await;
    let paginator = CURSOR.replace("request_parameter", "body_json");
    let requester = "http_method: POST".to_owned();
    let source = source(
        &Items {
            paginator,
            requester,
            ..Items::default()
        }
        .yaml(),
        json!({"url": server.url}),
    );
    let ran = run(&source, Ask::of("items")).await;
    assert_eq!(ran.keys(), ["1", "2"], "{:?}", ran.error);
    let position = Some(ran.pages[0].position.clone());
    assert_eq!(
        run(
            &source,
            Ask {
                position,
                ..Ask::of("items")
            }
        )
        .await
        .keys(),
        ["1", "2"]
    );
}
