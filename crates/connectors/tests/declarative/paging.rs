//! Each paginator: what it sends, and when it stops.

use serde_json::{Value, json};
use syncline_connectors::source::Coverage;

use crate::manifests::{CURSOR, Items, LINK, OFFSET, PAGE};
use crate::run::{Ask, run, source};
use crate::server::{Asked, Reply, Server};

/// Serves `count` items by offset, page number, cursor or link.
fn items(count: usize) -> impl Fn(&Asked) -> Reply + Send + Sync {
    move |asked| {
        let number = |name: &str| {
            asked
                .query(name)
                .and_then(|text| text.parse::<usize>().ok())
        };
        let size = 3;
        let start = number("offset")
            .or(number("after"))
            .or(number("page").map(|page| (page - 1) * size))
            .unwrap_or(0);
        let end = (start + size).min(count);
        let data: Vec<Value> = (start..end)
            .map(|id| json!({"id": id, "name": format!("n{id}")}))
            .collect();
        let next = (end < count).then_some(end);
        let next = match asked.query("links") {
            Some(_) => json!(next.map(|next| format!("/items?after={next}&links=1"))),
            None => json!(next),
        };
        Reply::json(json!({"data": data, "next": next}))
    }
}

async fn targets(
    paginator: &str,
    requester: &str,
    count: usize,
) -> (Vec<String>, Vec<String>, Coverage) {
    let server = Server::start(items(count)).await;
    let manifest = Items {
        paginator: paginator.to_owned(),
        requester: requester.to_owned(),
        ..Items::default()
    }
    .yaml();
    let ran = run(
        &source(&manifest, json!({"url": server.url})),
        Ask::of("items"),
    )
    .await;
    assert!(ran.error.is_none(), "{:?}", ran.error);
    assert_eq!(
        ran.pages.len(),
        server.targets().len(),
        "one page for each answer"
    );
    (server.targets(), ran.keys(), ran.coverage().clone())
}

fn ids(count: usize) -> Vec<String> {
    (0..count).map(|id| id.to_string()).collect()
}

#[tokio::test]
async fn offset_counts_records_and_stops_at_a_short_page() {
    let (asked, keys, coverage) = targets(OFFSET, "", 7).await;
    assert_eq!(
        asked,
        [
            "/items?limit=3",
            "/items?limit=3&offset=3",
            "/items?limit=3&offset=6"
        ]
    );
    assert_eq!(keys, ids(7));
    assert_eq!(coverage, Coverage::Full);
}

#[tokio::test]
async fn offset_asks_once_more_after_a_last_page_that_is_full() {
    let (asked, keys, _) = targets(OFFSET, "", 6).await;
    assert_eq!(
        asked,
        [
            "/items?limit=3",
            "/items?limit=3&offset=3",
            "/items?limit=3&offset=6"
        ]
    );
    assert_eq!(keys, ids(6));
}

#[tokio::test]
async fn offset_can_be_sent_with_the_first_request() {
    let paginator = OFFSET.replace(
        "page_size: 3",
        "page_size: 3, inject_on_first_request: true",
    );
    let (asked, _, _) = targets(&paginator, "", 1).await;
    assert_eq!(asked, ["/items?limit=3&offset=0"]);
}

#[tokio::test]
async fn page_numbers_go_on_from_the_first() {
    let (asked, keys, _) = targets(PAGE, "", 7).await;
    assert_eq!(
        asked,
        [
            "/items?per_page=3",
            "/items?per_page=3&page=2",
            "/items?per_page=3&page=3"
        ]
    );
    assert_eq!(keys, ids(7));
    let paginator = PAGE.replace(
        "start_from_page: 1",
        "start_from_page: 1, inject_on_first_request: true",
    );
    let (asked, _, _) = targets(&paginator, "", 2).await;
    assert_eq!(asked, ["/items?per_page=3&page=1"]);
}

#[tokio::test]
async fn cursor_follows_the_answer_until_it_names_no_next() {
    let (asked, keys, _) = targets(CURSOR, "", 9).await;
    assert_eq!(asked, ["/items", "/items?after=3", "/items?after=6"]);
    assert_eq!(keys, ids(9));
}

#[tokio::test]
async fn cursor_stops_at_its_condition() {
    let paginator = CURSOR.replace(
        "page_size: 3",
        "page_size: 3, stop_condition: \"{{ last_record['id'] >= 4 }}\"",
    );
    let (asked, keys, _) = targets(&paginator, "", 9).await;
    assert_eq!(asked, ["/items", "/items?after=3"]);
    assert_eq!(keys, ids(6));
}

#[tokio::test]
async fn cursor_can_read_the_last_record_and_the_page_size() {
    let paginator = CURSOR.replace(
        "{{ response.next }}",
        "{{ last_record['id'] + 1 if last_page_size == 3 else '' }}",
    );
    let (asked, keys, _) = targets(&paginator, "", 7).await;
    assert_eq!(asked, ["/items", "/items?after=3", "/items?after=6"]);
    assert_eq!(keys, ids(7));
}

#[tokio::test]
async fn cursor_can_read_the_records_of_the_answer() {
    let paginator = CURSOR.replace(
        "{{ response.next }}",
        "{{ response.data[-1].id + 1 if response['data'] | length == 3 else '' }}",
    );
    let (asked, keys, _) = targets(&paginator, "", 7).await;
    assert_eq!(asked, ["/items", "/items?after=3", "/items?after=6"]);
    assert_eq!(keys, ids(7));
}

#[tokio::test]
async fn request_path_follows_links_and_repeats_no_parameter() {
    let (asked, keys, _) = targets(LINK, "request_parameters: {links: 1, limit: 3}", 7).await;
    assert_eq!(
        asked,
        [
            "/items?links=1&limit=3",
            "/items?after=3&links=1&limit=3",
            "/items?after=6&links=1&limit=3"
        ]
    );
    assert_eq!(keys, ids(7));
}

#[tokio::test]
async fn the_link_header_is_read_as_rfc_8288_says() {
    let server = Server::start(|asked| match asked.query("p") {
        None => Reply::json(json!({"data": [{"id": 1}]})).header(
            "link",
            "</items?p=2>; rel=\"next\", </items>; rel=\"first\"",
        ),
        Some(_) => {
            Reply::json(json!({"data": [{"id": 2}]})).header("link", "</items>; rel=\"first\"")
        }
    })
    .await;
    let paginator = LINK.replace(
        "{{ response.next }}",
        "{{ headers['link']['next']['url'] if headers['link']['next'] else '' }}",
    );
    let manifest = Items {
        paginator,
        ..Items::default()
    }
    .yaml();
    let ran = run(
        &source(&manifest, json!({"url": server.url})),
        Ask::of("items"),
    )
    .await;
    assert_eq!(ran.keys(), ["1", "2"], "{:?}", ran.error);
    assert_eq!(server.targets(), ["/items", "/items?p=2"]);
}

#[tokio::test]
async fn an_empty_page_ends_counting_paginators_and_not_a_cursor() {
    let empty_second = |asked: &Asked| match asked.query("after").as_deref() {
        None => Reply::json(json!({"data": [{"id": 0}], "next": "b"})),
        Some("b") => Reply::json(json!({"data": [], "next": "c"})),
        Some(_) => Reply::json(json!({"data": [{"id": 2}], "next": null})),
    };
    let server = Server::start(empty_second).await;
    let manifest = Items {
        paginator: CURSOR.to_owned(),
        ..Items::default()
    }
    .yaml();
    let ran = run(
        &source(&manifest, json!({"url": server.url})),
        Ask::of("items"),
    )
    .await;
    assert_eq!(ran.keys(), ["0", "2"]);
    assert_eq!(
        ran.pages
            .iter()
            .map(|page| page.records.len())
            .collect::<Vec<_>>(),
        [1, 0, 1]
    );
    let (asked, keys, _) = targets(OFFSET, "", 0).await;
    assert_eq!((asked.len(), keys.len()), (1, 0));
}

#[tokio::test]
async fn a_page_that_leads_to_itself_is_refused() {
    let server = Server::start(|_| Reply::json(json!({"data": [{"id": 1}], "next": "same"}))).await;
    let manifest = Items {
        paginator: CURSOR.to_owned(),
        ..Items::default()
    }
    .yaml();
    let ran = run(
        &source(&manifest, json!({"url": server.url})),
        Ask::of("items"),
    )
    .await;
    assert!(
        ran.error().message.contains("leads to itself"),
        "{}",
        ran.error()
    );
    assert!(ran.end.is_none());
}
