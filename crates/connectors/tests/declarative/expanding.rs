//! Records that lie in several places, or inside other records.

use serde_json::{Value, json};

use crate::manifests::{Items, OFFSET};
use crate::run::{Ask, Ran, run, source};
use crate::server::{Reply, Server};

async fn read(extractor: &str, paginator: &str, answer: Value) -> Ran {
    let manifest = Items {
        paginator: paginator.to_owned(),
        ..Items::default()
    }
    .yaml()
    .replace(
        "{type: DpathExtractor, field_path: [data]}",
        &format!("{{type: DpathExtractor, {extractor}}}"),
    );
    let server = Server::start(move |asked| {
        let empty = json!({"data": [], "a": {}});
        Reply::json(match asked.query("offset") {
            Some(_) => &empty,
            None => &answer,
        })
    })
    .await;
    run(
        &source(&manifest, json!({"url": server.url})),
        Ask::of("items"),
    )
    .await
}

#[tokio::test]
async fn a_path_may_have_patterns() {
    let answer = json!({"data": [{"item": {"id": 1}}, {"item": {"id": 2}}, {"other": 3}], "a": {"x": {"id": 4}, "y": {"id": 5}}});
    for (path, keys) in [
        ("[data, '*', item]", &["1", "2"][..]),
        ("[a, '*']", &["4", "5"]),
        ("['a', '[xz]']", &["4"]),
        ("[data, '*', none]", &[]),
    ] {
        let ran = read(
            &format!("field_path: {path}"),
            "{type: NoPagination}",
            answer.clone(),
        )
        .await;
        assert!(ran.error.is_none(), "{path} {:?}", ran.error);
        assert_eq!(ran.keys(), keys, "{path}");
    }
}

#[tokio::test]
async fn the_items_of_a_record_may_be_the_records() {
    let answer = json!({"data": [
        {"id": "o1", "lines": {"data": [{"id": "l1"}, {"id": "l2"}]}},
        {"id": "o2", "lines": {"data": []}},
    ]});
    let expander = |more: &str| {
        format!(
            "field_path: [data], record_expander: {{type: RecordExpander, expand_records_from_field: [lines, data]{more}}}"
        )
    };
    let ran = read(&expander(""), OFFSET, answer.clone()).await;
    assert!(ran.error.is_none(), "{:?}", ran.error);
    assert_eq!(ran.keys(), ["l1", "l2"]);
    let kept = read(
        &expander(", on_no_records: emit_parent, remain_original_record: true"),
        OFFSET,
        answer,
    )
    .await;
    assert_eq!(kept.keys(), ["l1", "l2", "o2"]);
    assert!(kept.records()[0].contains(r#""original_record":{"id":"o1""#));
}

#[tokio::test]
async fn reading_goes_on_between_the_items_of_a_record() {
    let lines: Vec<Value> = (0..2500).map(|id| json!({ "id": id })).collect();
    let answer = json!({"data": [{"id": "o1", "lines": lines}]});
    let extractor = "field_path: [data], record_expander: {type: RecordExpander, expand_records_from_field: [lines]}";
    let manifest = Items::default()
        .yaml()
        .replace("field_path: [data]", extractor);
    let server = Server::start(move |_| Reply::json(&answer)).await;
    let source = source(&manifest, json!({"url": server.url}));
    let whole = run(&source, Ask::of("items")).await;
    assert_eq!(whole.pages.len(), 3);
    let position = Some(whole.pages[0].position.clone());
    let rest = run(
        &source,
        Ask {
            position,
            ..Ask::of("items")
        },
    )
    .await;
    assert_eq!(rest.keys(), whole.keys()[1000..]);
}
