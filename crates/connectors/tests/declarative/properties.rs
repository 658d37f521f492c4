//! Properties that are asked for by name, in chunks: what is read is whole, wherever it was broken
//! off.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use syncline_connectors::error::SourceErrorKind;
use syncline_connectors::manifest::support;
use syncline_domain::state::Position;

use crate::manifests::{CURSOR, Items};
use crate::run::{Ask, Ran, run, source};
use crate::server::{Asked, Reply, Server};

const CHUNKED: &str = "request_parameters:
          fields:
            type: QueryProperties
            always_include_properties: [id]
            property_list:
              type: PropertiesFromEndpoint
              property_field_path: [name]
              retriever:
                type: SimpleRetriever
                requester: {type: HttpRequester, url_base: \"{{ config['url'] }}\", path: fields}
                record_selector: {type: RecordSelector, extractor: {type: DpathExtractor, field_path: [data]}}
            property_chunking: {type: PropertyChunking, property_limit_type: property_count, property_limit: 1}";

fn chunked() -> Items {
    Items {
        requester: CHUNKED.to_owned(),
        paginator: CURSOR.to_owned(),
        ..Items::default()
    }
}

/// 2,600 records in two pages, each a field at a time.
fn in_parts(asked: &Asked) -> Reply {
    if asked.path() == "/fields" {
        return Reply::json(json!({"data": [{"name": "a"}, {"name": "b"}, {"name": "c"}]}));
    }
    let fields = asked.query("fields").unwrap();
    let field = fields.split(',').next_back().unwrap();
    let start: usize = asked
        .query("after")
        .map_or(0, |after| after.parse().unwrap());
    let record = |id: usize| json!({"id": format!("r{id}"), field: format!("{field}{id}")});
    let data: Vec<Value> = (start..start + 1300).map(record).collect();
    Reply::json(json!({"data": data, "next": (start == 0).then_some(1300)}))
}

async fn from(yaml: &str, url: &str, position: Position, whole: &Ran) -> Ran {
    let ask = Ask {
        position: Some(position),
        range: Some(whole.plan.range),
        ..Ask::of("items")
    };
    run(&source(yaml, json!({"url": url})), ask).await
}

#[tokio::test]
async fn a_run_goes_on_from_everywhere() {
    let server = Server::start(in_parts).await;
    let yaml = chunked().yaml();
    let whole = run(&source(&yaml, json!({"url": server.url})), Ask::of("items")).await;
    assert!(whole.error.is_none(), "{:?}", whole.error);
    assert_eq!(whole.records().len(), 2600);
    assert_eq!(
        whole.records()[1299],
        r#"{"id":"r1299","a":"a1299","b":"b1299","c":"c1299"}"#
    );
    assert_eq!(whole.keys()[1299], "r1299");
    // Two pages of 1,000 and 300 records.
    assert_eq!(whole.pages.len(), 4);
    let requests: i64 = whole.pages.iter().map(|page| page.cost.requests).sum();
    assert_eq!(requests, 7, "the properties, and each page three times");
    for cut in 1..=whole.pages.len() {
        let position = whole.pages[cut - 1].position.clone();
        let rest = from(&yaml, &server.url, position, &whole).await;
        assert!(rest.error.is_none(), "{:?}", rest.error);
        let kept = whole.pages[..cut].iter().flat_map(|page| &page.records);
        let kept = kept.map(|record| record.data.get().to_owned());
        let all: Vec<String> = kept.chain(rest.records()).collect();
        assert_eq!(all, whole.records(), "cut after page {cut}");
    }
}

#[tokio::test]
async fn a_page_that_came_out_otherwise_is_read_from_its_beginning() {
    let asked_for_properties = AtomicUsize::new(0);
    let server = Server::start(move |asked: &Asked| {
        if asked.path() != "/fields" {
            return in_parts(asked);
        }
        let names = ["a", "b"];
        let count = 1 + asked_for_properties.fetch_add(1, Ordering::SeqCst).min(1);
        let data: Vec<Value> = names[..count]
            .iter()
            .map(|name| json!({"name": name}))
            .collect();
        Reply::json(json!({ "data": data }))
    })
    .await;
    let yaml = chunked().yaml();
    let whole = run(&source(&yaml, json!({"url": server.url})), Ask::of("items")).await;
    assert_eq!(whole.records()[0], r#"{"id":"r0","a":"a0"}"#);
    let position = whole.pages[0].position.clone();
    let rest = from(&yaml, &server.url, position, &whole).await;
    assert!(rest.error.is_none(), "{:?}", rest.error);
    assert!(rest.warnings().contains(&"answer_changed".to_owned()));
    assert_eq!(rest.records().len(), 2600);
    assert_eq!(rest.records()[0], r#"{"id":"r0","a":"a0","b":"b0"}"#);
}

#[tokio::test]
async fn a_provider_does_not_tell_properties_without_end() {
    let server = Server::start(|asked: &Asked| {
        assert_eq!(asked.path(), "/fields");
        let data: Vec<Value> = (0..10_001).map(|id| json!({ "name": id })).collect();
        Reply::json(json!({ "data": data }))
    })
    .await;
    let source = source(&chunked().yaml(), json!({"url": server.url}));
    let ran = run(&source, Ask::of("items")).await;
    assert_eq!(ran.error().kind, SourceErrorKind::Refused);
    assert!(
        ran.error().message.contains("10000 properties"),
        "{}",
        ran.error()
    );
}

#[tokio::test]
async fn what_has_no_name_is_left_out_with_a_warning() {
    let server = Server::start(|asked: &Asked| match asked.path() {
        "/fields" => Reply::json(json!({"data": [{"name": "a"}, {"label": "b"}, {"name": null}]})),
        _ => Reply::json(json!({"data": [{"id": "x"}]})),
    })
    .await;
    let source = source(&chunked().yaml(), json!({"url": server.url}));
    let ran = run(&source, Ask::of("items")).await;
    assert!(ran.error.is_none(), "{:?}", ran.error);
    assert_eq!(ran.warnings(), ["property_absent"]);
}

#[test]
fn what_cannot_be_is_told_with_its_place() {
    let reason = |requester: &str| {
        let items = Items {
            requester: requester.to_owned(),
            ..Items::default()
        };
        support(&items.yaml()).unwrap()[0].reason.clone().unwrap()
    };
    let two = "request_parameters: {a: {type: QueryProperties, property_list: [a]}, b: {type: QueryProperties, property_list: [b]}}";
    assert!(reason(two).contains("only one of the `request_parameters`"));
    let custom = "query_properties: {type: QueryProperties, property_list: {type: PropertiesFromEndpoint, property_field_path: [a], retriever: {type: CustomRetriever, class_name: a.B}}}";
    assert!(reason(custom).starts_with("CustomRetriever (a.B, which needs Python)"));
    let limit = "query_properties: {type: QueryProperties, property_list: [a], property_chunking: {type: PropertyChunking, property_limit_type: property_count, property_limit: -1}}";
    assert_eq!(
        reason(limit),
        "`property_limit` must be a whole number (at items.retriever.requester.query_properties.property_chunking)"
    );
    let header = "request_headers: {a: {type: QueryProperties, property_list: [a]}}";
    assert!(reason(header).starts_with("QueryProperties in request_headers"));
    let login = "authenticator: {type: SessionTokenAuthenticator, session_token_path: [t], request_authentication: {type: Bearer}, login_requester: {type: HttpRequester, url_base: \"https://x.test\", query_properties: {type: QueryProperties, property_list: [a]}}}";
    assert!(reason(login).starts_with("QueryProperties beside a SimpleRetriever"));
}

/// The endpoint has pages; the stream itself has a paginator without a place for its token.
#[tokio::test]
async fn pages_of_the_endpoint_are_not_those_of_the_stream() {
    let server = Server::start(|asked: &Asked| match asked.path() {
        "/fields" => Reply::json(json!({"data": [{"name": "a"}]})),
        _ => Reply::json(json!({"data": [{"id": "x", "a": 1}]})),
    })
    .await;
    let requester = CHUNKED.replace(
        "path: fields}",
        "path: fields, request_parameters: {page: \"{{ next_page_token }}\"}}",
    );
    let items = Items {
        requester,
        paginator: "{type: DefaultPaginator, pagination_strategy: {type: PageIncrement}}"
            .to_owned(),
        ..Items::default()
    };
    let ask = Ask {
        pages: 5,
        ..Ask::of("items")
    };
    let ran = run(&source(&items.yaml(), json!({"url": server.url})), ask).await;
    assert_eq!(ran.records(), [r#"{"id":"x","a":1}"#]);
}
