//! Schemas that the provider tells.

use serde_json::{Value, json};
use syncline_connectors::error::SourceErrorKind;
use syncline_connectors::manifest::support;

use crate::manifests::{CURSOR, Items};
use crate::run::{Ask, run, source};
use crate::server::{Asked, Reply, Server};

const TOLD: &str = "primary_key: id
    schema_loader:
      type: DynamicSchemaLoader
      retriever:
        type: SimpleRetriever
        requester: {type: HttpRequester, url_base: \"{{ config['url'] }}\", path: fields}
        record_selector: {type: RecordSelector, extractor: {type: DpathExtractor, field_path: []}}
      schema_type_identifier: {schema_pointer: [fields], key_pointer: [name], type_pointer: [type]}";

fn told() -> Items {
    Items {
        stream: TOLD.to_owned(),
        paginator: CURSOR.to_owned(),
        selector: "schema_normalization: Default".to_owned(),
        ..Items::default()
    }
}

#[tokio::test]
async fn each_attempt_asks_for_the_schema_once() {
    let server = Server::start(|asked: &Asked| match asked.path() {
        "/fields" => Reply::json(json!({"fields": [{"name": "n", "type": "integer"}]})),
        _ => {
            let is_second = asked.query("after").is_some();
            let id = if is_second { "b" } else { "a" };
            let next = (!is_second).then_some("b");
            Reply::json(json!({"data": [{"id": id, "n": "1"}], "next": next}))
        }
    })
    .await;
    let source = source(&told().yaml(), json!({"url": server.url}));
    let whole = run(&source, Ask::of("items")).await;
    assert_eq!(
        whole.records(),
        [r#"{"id":"a","n":1}"#, r#"{"id":"b","n":1}"#]
    );
    let requests: i64 = whole.pages.iter().map(|page| page.cost.requests).sum();
    assert_eq!(requests, 3);
    let ask = Ask {
        position: Some(whole.pages[0].position.clone()),
        range: Some(whole.plan.range),
        ..Ask::of("items")
    };
    let rest = run(&source, ask).await;
    assert_eq!(rest.records(), [r#"{"id":"b","n":1}"#]);
    assert_eq!(rest.pages[0].cost.requests, 2);
}

async fn failure(answer: Value) -> String {
    let server = Server::start(move |asked: &Asked| {
        assert_eq!(asked.path(), "/fields");
        Reply::json(&answer)
    })
    .await;
    let source = source(&told().yaml(), json!({"url": server.url}));
    let ran = run(&source, Ask::of("items")).await;
    assert_eq!(ran.error().kind, SourceErrorKind::Refused);
    ran.error().message.clone()
}

#[tokio::test]
async fn a_schema_that_cannot_be_used_says_why() {
    let message = failure(json!({"fields": [{"name": "a", "type": "uuid"}]})).await;
    assert_eq!(
        message,
        "the schema that the provider tells cannot be used: the field `a` has a type, `uuid`, which is not known; `types_mapping` can say what it is"
    );
    let message = failure(json!({"fields": [{"label": "a"}]})).await;
    assert!(
        message.ends_with("a field has no name at `name`"),
        "{message}"
    );
    let message = failure(json!({"columns": []})).await;
    assert!(
        message.ends_with("`fields` is no list of fields"),
        "{message}"
    );
    let many: Vec<Value> = (0..10_001)
        .map(|id| json!({"name": format!("f{id}"), "type": "string"}))
        .collect();
    let message = failure(json!({ "fields": many })).await;
    assert!(message.ends_with("more than 10000 fields"), "{message}");
    let message = failure(json!({"fields": [], "long": "x".repeat(5 * 1024 * 1024)})).await;
    assert!(message.ends_with("more than 4 MiB"), "{message}");
}

#[test]
fn what_cannot_be_is_told_where_the_schema_is_used() {
    let reason = |loader: &str, selector: &str| {
        let items = Items {
            stream: format!("primary_key: id\n    {loader}"),
            selector: selector.to_owned(),
            ..Items::default()
        };
        support(&items.yaml()).unwrap()[0].reason.clone()
    };
    let used = "schema_normalization: Default";
    let file = "schema_loader: {type: JsonFileSchemaLoader, file_path: a.json}";
    assert_eq!(
        reason(file, used).unwrap(),
        "JsonFileSchemaLoader is not supported (at items.schema_loader)"
    );
    assert_eq!(reason(file, ""), None);
    assert!(
        reason("", used)
            .unwrap()
            .starts_with("schema_normalization without a schema_loader")
    );
    let custom = "schema_loader: [{type: DynamicSchemaLoader, retriever: {type: CustomRetriever, class_name: a.B}, schema_type_identifier: {key_pointer: [a]}}]";
    assert_eq!(
        reason(custom, used).unwrap(),
        "CustomRetriever (a.B, which needs Python) is not supported (at items.schema_loader[0].retriever)"
    );
    assert_eq!(reason(custom, ""), None);
    let items = "schema_loader: {type: DynamicSchemaLoader, retriever: {type: SimpleRetriever}, schema_type_identifier: {key_pointer: [a], types_mapping: [{current_type: a, target_type: {field_type: string, items: string}}]}}";
    let told = reason(items, used).unwrap();
    assert!(
        told.contains("needs `requester`") || told.contains("`items` are only"),
        "{told}"
    );
}
