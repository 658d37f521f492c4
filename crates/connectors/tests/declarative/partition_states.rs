//! The states of streams with partitions.

use std::sync::{Arc, Mutex};

use chrono::Duration;
use serde_json::{Value, json};
use syncline_domain::scope::Scope;
use syncline_domain::state::ModelState;

use crate::partitions::{LIST, parents, routed};
use crate::run::{Ask, Ran, run, source};
use crate::server::{Asked, Reply, Server};

const CURSOR: &str = "incremental_sync:
      type: DatetimeBasedCursor
      cursor_field: updated
      datetime_format: \"%Y-%m-%dT%H:%M:%SZ\"
      start_datetime: \"2024-01-01T00:00:00Z\"
      start_time_option: {type: RequestOption, inject_into: request_parameter, field_name: from}";

fn shop_a_and_b(asked: &Asked) -> Reply {
    let data = match asked.query("shop").as_deref() {
        Some("a") => json!([{"id": "a", "updated": "2024-02-01T00:00:00Z"}]),
        Some("b") => json!([{"id": "b", "updated": "2024-02-10T00:00:00Z"}]),
        _ => json!([]),
    };
    Reply::json(json!({"data": data}))
}

/// What the store holds afterwards, by partition.
fn held(before: &[ModelState], ran: &Ran) -> Vec<ModelState> {
    let mut rows = before.to_vec();
    let told = ran.pages.iter().flat_map(|page| &page.states);
    let end = ran.end.as_ref().unwrap();
    if end.drops_partitions {
        rows.retain(|row| !row.partition.starts_with('{'));
    }
    for state in told.chain(&end.states) {
        rows.retain(|row| row.partition != state.partition);
        rows.push(state.clone());
    }
    rows.sort_by(|a, b| a.partition.cmp(&b.partition));
    rows
}

fn shown(rows: &[ModelState]) -> Vec<(String, Value)> {
    rows.iter()
        .map(|row| (row.partition.clone(), Value::Object(row.state.clone())))
        .collect()
}

async fn read(manifest: &str, server: &Server, states: Vec<ModelState>) -> Ran {
    let ask = Ask {
        states,
        ..Ask::of("items")
    };
    let ran = run(&source(manifest, json!({"url": server.url})), ask).await;
    assert!(ran.error.is_none(), "{:?}", ran.error);
    ran
}

#[tokio::test]
async fn every_partition_has_a_state_of_its_own() {
    let server = Server::start(shop_a_and_b).await;
    let manifest = routed(LIST, "", CURSOR);
    let first = read(&manifest, &server, Vec::new()).await;
    assert!(first.plan.is_full_pass);
    let rows = held(&[], &first);
    assert_eq!(
        shown(&rows),
        [
            (
                String::new(),
                json!({"use_global_cursor": false, "state": {"updated": "2024-02-10T00:00:00Z"}, "lookback_window": 1})
            ),
            (
                "{\"shop\":\"a\"}".to_owned(),
                json!({"updated": "2024-02-01T00:00:00Z"})
            ),
            (
                "{\"shop\":\"b\"}".to_owned(),
                json!({"updated": "2024-02-10T00:00:00Z"})
            ),
            (
                "{\"shop\":\"c\"}".to_owned(),
                json!({"updated": "2024-01-01T00:00:00Z"})
            ),
        ]
    );
    server.forget();
    let second = read(&manifest, &server, rows.clone()).await;
    assert!(!second.plan.is_full_pass);
    assert_eq!(
        second.plan.range.start().unwrap().to_rfc3339(),
        "2024-01-01T00:00:00+00:00"
    );
    assert_eq!(
        server.targets(),
        [
            "/items?shop=a&from=2024-02-01T00%3A00%3A00Z",
            "/items?shop=b&from=2024-02-10T00%3A00%3A00Z",
            "/items?shop=c&from=2024-01-01T00%3A00%3A00Z"
        ]
    );
    assert_eq!(held(&rows, &second), rows);
    // One that is new begins at the state of all, so far back as the last sync took.
    server.forget();
    let known: Vec<ModelState> = rows
        .iter()
        .filter(|row| !row.partition.contains('c'))
        .cloned()
        .collect();
    let third = read(&manifest, &server, known).await;
    assert_eq!(
        server.targets()[2],
        "/items?shop=c&from=2024-02-09T23%3A59%3A59Z"
    );
    assert_eq!(
        held(&[], &third)[3].state,
        *json!({"updated": "2024-02-09T23:59:59Z"})
            .as_object()
            .unwrap()
    );
}

#[tokio::test]
async fn the_overlap_and_the_look_back_apply_to_each_partition() {
    let server = Server::start(shop_a_and_b).await;
    let manifest = routed(LIST, "", &format!("{CURSOR}\n      lookback_window: P1D"));
    let rows = held(&[], &read(&manifest, &server, Vec::new()).await);
    server.forget();
    let ask = Ask {
        states: rows,
        overlap: Duration::days(2),
        ..Ask::of("items")
    };
    run(&source(&manifest, json!({"url": server.url})), ask).await;
    assert_eq!(
        server.targets()[..2],
        [
            "/items?shop=a&from=2024-01-30T00%3A00%3A00Z",
            "/items?shop=b&from=2024-02-08T00%3A00%3A00Z"
        ]
    );
}

#[tokio::test]
async fn windows_of_a_partition_close_one_by_one() {
    let server = Server::start(shop_a_and_b).await;
    let cursor = format!("{CURSOR}\n      step: P1M\n      cursor_granularity: PT1S");
    let ran = read(
        &routed(&LIST.replace("[a, b, c]", "[a]"), "", &cursor),
        &server,
        Vec::new(),
    )
    .await;
    assert_eq!(server.targets().len(), 2);
    assert!(
        ran.pages
            .iter()
            .all(|page| page.states[0].partition == "{\"shop\":\"a\"}")
    );
    assert_eq!(ran.pages[1].position.progress.slice, 2);
}

#[tokio::test]
async fn one_state_may_stand_for_all() {
    let grouped = format!(
        "{{type: GroupingPartitionRouter, group_size: 5, underlying_partition_router: {LIST}}}"
    );
    let global = format!("{CURSOR}\n      global_substream_cursor: true");
    for (router, cursor) in [(LIST, global.as_str()), (grouped.as_str(), CURSOR)] {
        let server = Server::start(|asked| {
            Reply::json(json!({"data": [{"id": asked.target, "updated": "2024-02-10T00:00:00Z"}]}))
        })
        .await;
        let manifest = routed(router, "", cursor);
        let first = read(&manifest, &server, Vec::new()).await;
        let rows = held(&[], &first);
        assert!(first.end.as_ref().unwrap().drops_partitions);
        assert_eq!(
            shown(&rows),
            [(
                String::new(),
                json!({"use_global_cursor": true, "state": {"updated": "2024-02-10T00:00:00Z"}, "lookback_window": 1})
            )]
        );
        server.forget();
        read(&manifest, &server, rows).await;
        assert!(
            server
                .targets()
                .iter()
                .all(|target| target.ends_with("from=2024-02-09T23%3A59%3A59Z")),
            "{:?}",
            server.targets()
        );
    }
}

#[tokio::test]
async fn past_ten_thousand_partitions_one_state_stands_for_all() {
    let server = Server::start(shop_a_and_b).await;
    let manifest = routed(LIST, "", CURSOR);
    let first = read(&manifest, &server, Vec::new()).await;
    let known = |count: usize| -> Vec<ModelState> {
        let state = |number| ModelState {
            partition: format!("{{\"shop\":{number}}}"),
            fingerprint: first.plan.fingerprint.clone(),
            state: json!({"updated": "2024-02-01T00:00:00Z"})
                .as_object()
                .unwrap()
                .clone(),
        };
        (0..count).map(state).collect()
    };
    // Three more make one more than ten thousand, and the next ones are too many.
    for (count, own) in [(9_998, 3), (9_999, 2), (10_000, 1), (10_001, 0)] {
        let ran = read(&manifest, &server, known(count)).await;
        let told: usize = ran.pages.iter().map(|page| page.states.len()).sum();
        assert_eq!(told, own, "{count}");
        let end = ran.end.as_ref().unwrap();
        assert_eq!(end.drops_partitions, own < 3, "{count}");
        assert_eq!(end.states[0].state["use_global_cursor"], own < 3);
    }
}

#[tokio::test]
async fn a_parent_is_read_incrementally_where_the_manifest_says_so() {
    let more = "incremental_dependency: true,";
    let option =
        "request_option: {type: RequestOption, inject_into: request_parameter, field_name: shop},";
    let cursor = CURSOR
        .replace("incremental_sync:\n      ", "incremental_sync: {")
        .replace("\n      ", ", ")
        + "}";
    let router = parents("shops", "id", "shop", &format!("{more} {option}"))
        .replace("primary_key: id,", &format!("primary_key: id, {cursor},"));
    let day = Arc::new(Mutex::new(1));
    let today = day.clone();
    let server = Server::start(move |asked| {
        let day = *today.lock().unwrap();
        Reply::json(match asked.path() {
            "/shops" => {
                json!({"data": [{"id": "a", "updated": format!("2024-02-0{day}T00:00:00Z")}]})
            }
            _ => json!({"data": [{"id": "i", "updated": "2024-02-03T00:00:00Z"}]}),
        })
    })
    .await;
    let manifest = routed(&router, "", CURSOR);
    let first = read(&manifest, &server, Vec::new()).await;
    let rows = held(&[], &first);
    assert_eq!(
        shown(&rows),
        [
            (
                String::new(),
                json!({"use_global_cursor": false, "state": {"updated": "2024-02-03T00:00:00Z"}, "lookback_window": 1, "parent_state": {}})
            ),
            (
                "[\"parent_state\",\"shops\",\"\"]".to_owned(),
                json!({"updated": "2024-02-01T00:00:00Z"})
            ),
            (
                "{\"parent_slice\":{},\"shop\":\"a\"}".to_owned(),
                json!({"updated": "2024-02-03T00:00:00Z"})
            ),
        ]
    );
    *day.lock().unwrap() = 2;
    server.forget();
    let second = read(&manifest, &server, rows.clone()).await;
    assert_eq!(
        server.targets(),
        [
            "/shops?from=2024-02-01T00%3A00%3A00Z",
            "/items?shop=a&from=2024-02-03T00%3A00%3A00Z"
        ]
    );
    assert_eq!(
        held(&rows, &second)[1].state["updated"],
        "2024-02-02T00:00:00Z"
    );
}

#[tokio::test]
async fn a_full_refresh_tells_the_states_of_its_partitions_as_it_goes() {
    let server = Server::start(shop_a_and_b).await;
    let manifest = routed(LIST, "", CURSOR);
    let rows = held(&[], &read(&manifest, &server, Vec::new()).await);
    server.forget();
    let ask = Ask {
        states: rows.clone(),
        scope: Scope::full_refresh(),
        ..Ask::of("items")
    };
    let ran = run(&source(&manifest, json!({"url": server.url})), ask).await;
    assert!(ran.plan.is_full_pass);
    assert!(
        server
            .targets()
            .iter()
            .all(|target| target.ends_with("from=2024-01-01T00%3A00%3A00Z"))
    );
    assert_eq!(held(&[], &ran), rows);
}

#[tokio::test]
async fn what_a_caller_asks_for_leaves_the_states_alone() {
    let server = Server::start(shop_a_and_b).await;
    let scope = Scope::requested(
        Some(crate::run::at("2024-02-05T00:00:00Z")),
        None,
        None,
        false,
    )
    .unwrap();
    let ask = Ask {
        scope,
        ..Ask::of("items")
    };
    let ran = run(
        &source(&routed(LIST, "", CURSOR), json!({"url": server.url})),
        ask,
    )
    .await;
    assert!(
        server
            .targets()
            .iter()
            .all(|target| target.ends_with("from=2024-02-05T00%3A00%3A00Z"))
    );
    assert!(ran.states().is_empty());
}

#[tokio::test]
async fn a_partition_with_a_secret_leaves_no_trace() {
    let server = Server::start(shop_a_and_b).await;
    let router = LIST.replace("[a, b, c]", "\"{{ [config['api_token']] }}\"");
    let config = json!({"url": server.url, "api_token": "s3cret-token"});
    let ran = run(
        &source(&routed(&router, "", CURSOR), config),
        Ask::of("items"),
    )
    .await;
    assert!(ran.error.is_none(), "{:?}", ran.error);
    assert_eq!(ran.warnings(), ["partition_state_not_kept"]);
    assert!(!format!("{:?}", ran.pages).contains("s3cret"));
}
