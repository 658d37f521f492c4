//! Streams that are read by partitions: what is asked, in which order, and from where again.

use serde_json::{Value, json};
use std::sync::Arc;
use syncline_connectors::source::{Coverage, Source};
use syncline_domain::scope::Scope;

use crate::manifests::{Items, OFFSET};
use crate::run::{Ask, Ran, run, source};
use crate::server::{Asked, Reply, Server};

pub const LIST: &str = "{type: ListPartitionRouter, cursor_field: shop, values: [a, b, c], \
    request_option: {type: RequestOption, inject_into: request_parameter, field_name: shop}}";

/// By the records of `path`, paged by `after`.
pub fn parents(path: &str, key: &str, field: &str, more: &str) -> String {
    format!(
        "{{type: SubstreamPartitionRouter, parent_stream_configs: [{}]}}",
        parent(path, key, field, more)
    )
}

pub fn parent(path: &str, key: &str, field: &str, more: &str) -> String {
    format!(
        "{{type: ParentStreamConfig, parent_key: {key}, partition_field: {field}, {more} \
         stream: {{type: DeclarativeStream, name: {path}, primary_key: id, \
           retriever: {{type: SimpleRetriever, \
             requester: {{type: HttpRequester, url_base: \"{{{{ config['url'] }}}}\", path: {path}}}, \
             paginator: {{type: DefaultPaginator, \
               page_token_option: {{type: RequestOption, inject_into: request_parameter, field_name: after}}, \
               pagination_strategy: {{type: CursorPagination, cursor_value: \"{{{{ response.next }}}}\"}}}}, \
             record_selector: {{type: RecordSelector, extractor: {{type: DpathExtractor, field_path: [data]}}}}}}}}}}"
    )
}

/// A manifest whose stream `items` is read by a router.
pub fn routed(router: &str, requester: &str, stream: &str) -> String {
    Items {
        requester: requester.to_owned(),
        paginator: format!("{{type: NoPagination}}\n      partition_router: {router}"),
        stream: format!("primary_key: id\n    {stream}"),
        ..Items::default()
    }
    .yaml()
}

async fn read(
    manifest: &str,
    script: impl Fn(&Asked) -> Reply + Send + Sync + 'static,
) -> (Ran, Vec<String>) {
    let server = Server::start(script).await;
    let ran = run(
        &source(manifest, json!({"url": server.url})),
        Ask::of("items"),
    )
    .await;
    assert!(ran.error.is_none(), "{:?}", ran.error);
    (ran, server.targets())
}

/// One record, named by the whole target.
fn echo(asked: &Asked) -> Reply {
    Reply::json(json!({"data": [{"id": asked.target}]}))
}

/// Two pages of two shops, each with a sign of its own; the third lacks its key.
fn shops(asked: &Asked) -> Reply {
    let answer = match (asked.path(), asked.query("after").as_deref()) {
        ("/shops", None) => {
            json!({"data": [{"id": 1, "at": {"code": "x"}}, {"id": 2, "at": {"code": "y"}}], "next": "p2"})
        }
        ("/shops", Some(_)) => json!({"data": [{"id": null, "at": {}}, {"id": 4, "at": {}}]}),
        _ => return echo(asked),
    };
    Reply::json(answer)
}

#[tokio::test]
async fn a_list_gives_a_partition_for_each_value() {
    let requester = "request_headers: {X-Shop: \"{{ stream_partition.shop }}\"}";
    let (ran, targets) = read(&routed(LIST, requester, ""), echo).await;
    assert_eq!(targets, ["/items?shop=a", "/items?shop=b", "/items?shop=c"]);
    assert_eq!(ran.keys().len(), 3);
    assert_eq!(*ran.coverage(), Coverage::Full);
    assert!(ran.states().is_empty());
    let slices: Vec<i64> = ran
        .pages
        .iter()
        .map(|page| page.position.progress.slice)
        .collect();
    assert_eq!(slices, [1, 2, 3]);
}

#[tokio::test]
async fn the_values_of_a_list_may_come_from_the_configuration() {
    let router = "{type: ListPartitionRouter, cursor_field: \"{{ config['by'] }}\", values: \"{{ config['shops'] }}\"}";
    let requester =
        "request_parameters: {s: \"{{ stream_slice['shop'] }}-{{ stream_interval.shop }}\"}";
    let server = Server::start(echo).await;
    let config = |shops: Value| json!({"url": server.url, "by": "shop", "shops": shops});
    let manifest = routed(router, requester, "");
    let ran = run(
        &source(&manifest, config(json!([7, "x"]))),
        Ask::of("items"),
    )
    .await;
    assert!(ran.error.is_none(), "{:?}", ran.error);
    assert_eq!(server.targets(), ["/items?s=7-7", "/items?s=x-x"]);
    let wrong = source(&manifest, config(json!(5)));
    let request = syncline_connectors::source::PlanRequest {
        stream: "items",
        scope: &Scope::plain(),
        states: &[],
        overlap: chrono::Duration::zero(),
        now: crate::run::now(),
    };
    assert!(
        wrong
            .plan(request)
            .unwrap_err()
            .message
            .contains("gives no list of partitions")
    );
}

#[tokio::test]
async fn a_parents_records_are_partitions_page_by_page() {
    let option = "request_option: {type: RequestOption, inject_into: request_parameter, field_name: shop}, extra_fields: [[at, code], [none]],";
    let requester = "request_parameters: {code: \"{{ stream_slice.extra_fields['at.code'] }}\", none: \"{{ stream_partition.extra_fields.none }}\"}";
    let (ran, targets) = read(
        &routed(&parents("shops", "id", "shop_id", option), requester, ""),
        shops,
    )
    .await;
    assert_eq!(
        targets,
        [
            "/shops",
            "/items?code=x&none=None&shop=1",
            "/items?code=y&none=None&shop=2",
            "/shops?after=p2",
            "/items?code=None&none=None&shop=4"
        ]
    );
    assert_eq!(ran.keys().len(), 3);
    assert_eq!(*ran.coverage(), Coverage::Full);
    assert_eq!(
        ran.pages.iter().map(|page| page.cost.requests).sum::<i64>()
            + ran.end.unwrap().cost.requests,
        5
    );
}

#[tokio::test]
async fn keys_lie_deep_and_several_parents_follow_each_other() {
    let router = format!(
        "{{type: SubstreamPartitionRouter, parent_stream_configs: [{}, {}]}}",
        parent("shops", "at/code", "code", ""),
        parent("marts", "id", "mart", "")
    );
    let requester = "request_parameters: {code: \"{{ stream_slice.code }}\", mart: \"{{ stream_slice.mart }}\", p: \"{{ stream_slice.parent_slice }}\"}";
    let (_, targets) = read(&routed(&router, requester, ""), |asked| {
        match asked.path() {
            "/marts" => Reply::json(json!({"data": [{"id": "m"}]})),
            _ => shops(asked),
        }
    })
    .await;
    assert_eq!(
        targets,
        [
            "/shops",
            "/items?code=x&p=%7B%7D",
            "/items?code=y&p=%7B%7D",
            "/shops?after=p2",
            "/marts",
            "/items?mart=m&p=%7B%7D"
        ]
    );
}

#[tokio::test]
async fn parents_may_have_parents() {
    let inner = parents("shops", "id", "shop", "");
    let outer = parents("floors", "id", "floor", "")
        .replace(
            "retriever: {type: SimpleRetriever,",
            &format!("retriever: {{type: SimpleRetriever, partition_router: {inner},"),
        )
        .replace(
            "path: floors}",
            "path: \"shops/{{ stream_partition.shop }}/floors\"}",
        );
    let requester = "request_parameters: {at: \"{{ stream_slice.parent_slice.shop }}/{{ stream_slice.floor }}\"}";
    let (ran, _) = read(&routed(&outer, requester, ""), |asked| {
        if asked.path().ends_with("/floors") {
            Reply::json(json!({"data": [{"id": "up"}, {"id": "down"}]}))
        } else {
            shops(asked)
        }
    })
    .await;
    let mut keys = ran.keys();
    keys.sort();
    assert_eq!(
        keys,
        ["1", "2", "4"]
            .map(|shop| ["down", "up"].map(|floor| format!("/items?at={shop}%2F{floor}")))
            .concat()
    );
}

#[tokio::test]
async fn several_routers_give_every_combination() {
    let router = format!("[{LIST}, {}]", parents("shops", "id", "id", ""));
    let requester = "request_parameters: {id: \"{{ stream_partition['id'] }}\"}";
    let (_, targets) = read(&routed(&router, requester, ""), shops).await;
    let mut expected = vec!["/shops".to_owned(), "/shops?after=p2".to_owned()];
    for shop in ["a", "b", "c"] {
        expected.extend([1, 2, 4].map(|id| format!("/items?id={id}&shop={shop}")));
    }
    assert_eq!(targets, expected);
}

#[tokio::test]
async fn partitions_can_be_grouped() {
    let router = "{type: GroupingPartitionRouter, group_size: 2, underlying_partition_router: \
        {type: ListPartitionRouter, cursor_field: shop, values: [a, b, a, c]}}";
    let requester = "request_parameters: {shops: \"{{ stream_partition.shop | join(',') }}\"}";
    let (_, targets) = read(&routed(router, requester, ""), echo).await;
    assert_eq!(targets, ["/items?shops=a%2Cb", "/items?shops=c"]);
}

#[tokio::test]
async fn partitions_of_several_routers_can_be_united() {
    let list = "{type: ListPartitionRouter, cursor_field: id, values: \"{{ [2, 3] }}\"}";
    let router = format!(
        "{{type: UnionPartitionRouter, partition_field: id, partition_routers: [{list}, {}]}}",
        parents("shops", "id", "id", "")
    );
    let requester = "request_parameters: {id: \"{{ stream_partition.id }}\"}";
    let (_, targets) = read(&routed(&router, requester, ""), shops).await;
    assert_eq!(
        targets,
        [
            "/items?id=2",
            "/items?id=3",
            "/shops",
            "/items?id=1",
            "/shops?after=p2",
            "/items?id=4"
        ]
    );
}

#[tokio::test]
async fn the_options_of_a_slice_may_be_left_out_of_later_pages() {
    for (flag, second) in [
        ("false", "/items?limit=3&offset=3&shop=a"),
        ("true", "/items?limit=3&offset=3"),
    ] {
        let manifest = routed(&LIST.replace("[a, b, c]", "[a]"), "", "").replace(
            "{type: NoPagination}",
            &format!(
                "{OFFSET}\n      ignore_stream_slicer_parameters_on_paginated_requests: {flag}"
            ),
        );
        let (_, targets) = read(&manifest, |asked| {
            let count = if asked.query("offset").is_some() {
                1
            } else {
                3
            };
            let data: Vec<Value> = (0..count).map(|id| json!({"id": id})).collect();
            Reply::json(json!({"data": data}))
        })
        .await;
        assert_eq!(targets, ["/items?limit=3&shop=a", second]);
    }
}

#[tokio::test]
async fn the_first_answer_may_stand_in_the_parents_record() {
    let router = parents("shops", "id", "shop", "lazy_read_pointer: [items],");
    let manifest = routed(&router, "request_parameters: {shop: \"{{ stream_partition.shop }}\"}", "")
        .replace("{type: NoPagination}", "{type: DefaultPaginator, page_token_option: {type: RequestOption, inject_into: request_parameter, field_name: after}, pagination_strategy: {type: CursorPagination, cursor_value: \"{{ response.next }}\"}}");
    let (ran, targets) = read(&manifest, |asked| match asked.path() {
        "/shops" => Reply::json(json!({"data": [
            {"id": 1, "items": {"data": [{"id": "1a"}], "next": "n"}},
            {"id": 2, "items": {"data": [{"id": "2a"}]}},
        ]})),
        _ => Reply::json(json!({"data": [{"id": "1b"}]})),
    })
    .await;
    assert_eq!(ran.keys(), ["1a", "1b", "2a"]);
    assert_eq!(targets, ["/shops", "/items?shop=1&after=n"]);
}

#[tokio::test]
async fn one_partition_can_be_asked_for() {
    let server = Server::start(shops).await;
    let router = parents("shops", "id", "shop", "");
    let requester = "request_parameters: {shop: \"{{ stream_partition.shop }}\"}";
    let source = source(&routed(&router, requester, ""), json!({"url": server.url}));
    let of = |entity: &str| Ask {
        scope: Scope::requested(None, None, Some(entity.to_owned()), false).unwrap(),
        ..Ask::of("items")
    };
    let ran = run(&source, of("2")).await;
    assert_eq!(ran.keys(), ["/items?shop=2"]);
    assert_eq!(*ran.coverage(), Coverage::Partial);
    let missing = run(&source, of("9")).await;
    assert!(missing.error().message.contains("has no partition `9`"));
}

#[tokio::test]
async fn an_unsupported_parent_makes_its_child_unsupported() {
    let router = parents("shops", "id", "shop", "").replace(
        "type: HttpRequester",
        "type: CustomRequester, class_name: a.B",
    );
    let manifest = syncline_connectors::Manifest::parse(&routed(&router, "", "")).unwrap();
    let reason = manifest.streams()[0].unsupported_reason.clone().unwrap();
    assert!(
        reason.contains("CustomRequester (a.B, which needs Python)"),
        "{reason}"
    );
}

/// Every kind of router, its place cut off after every page.
#[tokio::test]
async fn reading_goes_on_inside_every_partition() {
    let substream = parents("shops", "id", "shop", "");
    let list = "{type: ListPartitionRouter, cursor_field: shop, values: \"{{ [2, 3] }}\"}";
    let routers = [
        LIST.to_owned(),
        substream.clone(),
        format!("[{substream}, {{type: ListPartitionRouter, cursor_field: kind, values: [k, l]}}]"),
        format!(
            "{{type: GroupingPartitionRouter, group_size: 2, underlying_partition_router: {substream}}}"
        ),
        format!(
            "{{type: UnionPartitionRouter, partition_field: shop, partition_routers: [{list}, {substream}]}}"
        ),
    ];
    for router in routers {
        let requester = "request_parameters: {at: \"{{ stream_partition }}\"}";
        let manifest = routed(&router, requester, "").replace("{type: NoPagination}", OFFSET);
        let server = Server::start(|asked| match asked.path() {
            "/shops" => shops(asked),
            _ => {
                let (at, offset) = (asked.query("at"), asked.query("offset").unwrap_or_default());
                let count = if offset == "3" { 2 } else { 3 };
                let data: Vec<Value> = (0..count)
                    .map(|n| json!({"id": format!("{at:?} {offset} {n}")}))
                    .collect();
                Reply::json(json!({"data": data}))
            }
        })
        .await;
        let source: Arc<dyn Source> = source(&manifest, json!({"url": server.url}));
        let whole = run(&source, Ask::of("items")).await;
        assert!(whole.error.is_none(), "{:?}", whole.error);
        assert_eq!(whole.keys().len() % 5, 0);
        for cut in 1..=whole.pages.len() {
            let before: Vec<String> = whole.pages[..cut]
                .iter()
                .flat_map(|page| &page.records)
                .map(|record| record.key.clone())
                .collect();
            let position = Some(whole.pages[cut - 1].position.clone());
            let rest = run(
                &source,
                Ask {
                    position,
                    ..Ask::of("items")
                },
            )
            .await;
            assert!(rest.error.is_none(), "{router} {cut} {:?}", rest.error);
            assert_eq!(
                [before, rest.keys()].concat(),
                whole.keys(),
                "{router} {cut}"
            );
        }
    }
}
