//! Requests that are too large for a provider.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use syncline_connectors::error::SourceErrorKind;

use crate::manifests::Items;
use crate::run::{Ask, at, run, source};
use crate::server::{Asked, Reply, Server};

const REFUSED: &str = "error_handler: {type: DefaultErrorHandler, response_filters: [\
    {type: HttpResponseFilter, http_codes: [413], action: ACTION, error_message: too much}]}";

fn windows(splitting: &str) -> String {
    let stream = "primary_key: id
    incremental_sync:
      type: DatetimeBasedCursor
      cursor_field: updated
      datetime_format: \"%Y-%m-%dT%H:%M:%SZ\"
      start_datetime: \"2024-01-01T00:00:00Z\"
      step: P1M
      cursor_granularity: PT1S
      start_time_option: {type: RequestOption, inject_into: request_parameter, field_name: from}
      end_time_option: {type: RequestOption, inject_into: request_parameter, field_name: to}";
    let retriever = format!(
        "type: SimpleRetriever\n      request_window_splitting: {{type: RequestWindowSplitting{splitting}}}"
    );
    Items {
        stream: stream.to_owned(),
        requester: REFUSED.replace("ACTION", "SPLIT_REQUEST_WINDOW"),
        ..Items::default()
    }
    .yaml()
    .replace("type: SimpleRetriever", &retriever)
}

/// One record at the noon of each day; at most a week is answered.
fn weeks(asked: &Asked) -> Reply {
    let moment = |name: &str| at(&asked.query(name).unwrap());
    let (from, to) = (moment("from"), moment("to"));
    if to - from > chrono::Duration::days(7) {
        return Reply::status(413, "{}");
    }
    let noons = (0..70).map(|day| at("2024-01-01T12:00:00Z") + chrono::Duration::days(day));
    let data: Vec<Value> = noons
        .filter(|noon| from <= *noon && *noon <= to)
        .map(|noon| {
            let text = noon.format("%Y-%m-%dT%H:%M:%SZ").to_string();
            json!({"id": text, "updated": text})
        })
        .collect();
    Reply::json(json!({ "data": data }))
}

#[tokio::test]
async fn a_window_that_was_split_goes_on_from_everywhere() {
    let server = Server::start(weeks).await;
    let source = source(&windows(""), json!({"url": server.url}));
    let whole = run(&source, Ask::of("items")).await;
    assert!(whole.error.is_none(), "{:?}", whole.error);
    assert_eq!(whole.keys().len(), 60, "each record once");
    assert_eq!(whole.state(), json!({"updated": "2024-02-29T12:00:00Z"}));
    for cut in 1..=whole.pages.len() {
        server.forget();
        let ask = Ask {
            position: Some(whole.pages[cut - 1].position.clone()),
            range: Some(whole.plan.range),
            ..Ask::of("items")
        };
        let rest = run(&source, ask).await;
        assert!(rest.error.is_none(), "{:?}", rest.error);
        let kept = whole.pages[..cut].iter().flat_map(|page| &page.records);
        let mut keys: Vec<_> = kept.map(|record| record.key.clone()).collect();
        keys.extend(rest.keys());
        assert_eq!(keys, whole.keys(), "cut after page {cut}");
        let targets = server.targets();
        let once: BTreeSet<_> = targets.iter().collect();
        assert_eq!(once.len(), targets.len(), "nothing is asked for twice");
    }
}

#[tokio::test]
async fn a_window_that_cannot_be_smaller_is_tried_again_later_and_leaves_no_state() {
    let server = Server::start(weeks).await;
    let manifest = windows(", min_split_window: P10D, failure_message: Begin later.");
    let ran = run(
        &source(&manifest, json!({"url": server.url})),
        Ask::of("items"),
    )
    .await;
    let error = ran.error();
    assert!(matches!(error.kind, SourceErrorKind::Transient { .. }));
    assert!(error.message.contains("too much"), "{}", error.message);
    assert!(
        error.message.contains("its smallest window. Begin later."),
        "{}",
        error.message
    );
    assert_eq!(ran.state(), Value::Null);
}

#[tokio::test]
async fn smaller_pages_stay_small_behind_an_interruption() {
    let manifest = Items {
        paginator: crate::manifests::OFFSET.replace("page_size: 3", "page_size: 100"),
        requester: REFUSED.replace("ACTION", "REDUCE_PAGE_SIZE"),
        ..Items::default()
    }
    .yaml()
    .replace(
        "type: SimpleRetriever",
        "type: SimpleRetriever\n      page_size_reduction: {type: PageSizeReduction}",
    );
    let server = Server::start(|asked| {
        let number = |name: &str| asked.query(name).map_or(0, |text| text.parse().unwrap());
        let (offset, limit): (usize, usize) = (number("offset"), number("limit"));
        if limit > 30 {
            return Reply::status(413, "{}");
        }
        let end = (offset + limit).min(60);
        let data: Vec<_> = (offset..end).map(|id| json!({"id": id})).collect();
        Reply::json(json!({ "data": data }))
    })
    .await;
    let source = source(&manifest, json!({"url": server.url}));
    let whole = run(&source, Ask::of("items")).await;
    assert!(whole.error.is_none(), "{:?}", whole.error);
    assert_eq!(whole.keys().len(), 60);
    let limits = || {
        let asked = server.asked();
        let limits = asked.iter().map(|asked| asked.query("limit").unwrap());
        limits.collect::<Vec<_>>()
    };
    assert_eq!(limits(), ["100", "50", "25", "25", "25"]);
    server.forget();
    let ask = Ask {
        position: Some(whole.pages[0].position.clone()),
        range: Some(whole.plan.range),
        ..Ask::of("items")
    };
    let rest = run(&source, ask).await;
    assert_eq!(rest.keys(), whole.keys()[25..]);
    assert_eq!(limits(), ["25", "25"]);
}
