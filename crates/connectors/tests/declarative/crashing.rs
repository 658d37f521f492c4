//! A stop at any point of any kind of stream loses nothing and repeats nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use syncline_connectors::source::{Page, Source};
use syncline_domain::state::{ModelState, Position};

use crate::manifests::{CURSOR, Jobs, LINK, OFFSET, PAGE};
use crate::partitions::{LIST, parents, routed};
use crate::run::{Ask, run, source};
use crate::server::{Asked, Reply, Server};

const SEEDS: u64 = 50;

const DATED: &str = "incremental_sync:
      type: DatetimeBasedCursor
      cursor_field: updated
      datetime_format: \"%Y-%m-%dT%H:%M:%SZ\"
      start_datetime: \"2024-01-01T00:00:00Z\"
      start_time_option: {type: RequestOption, inject_into: request_parameter, field_name: from}
      end_time_option: {type: RequestOption, inject_into: request_parameter, field_name: to}";

const STEP: &str = "\n      step: P1M\n      cursor_granularity: PT1S";

/// Shops in two pages, each with pages of items in every window; one answer fills several pages.
fn provider(asked: &Asked) -> Reply {
    let answer = match (asked.path(), asked.query("after")) {
        ("/shops", None) => json!({"data": [{"id": 1}, {"id": 2}], "next": "p2"}),
        ("/shops", Some(_)) => json!({"data": [{"id": null}, {"id": 3}]}),
        _ => return items(asked),
    };
    Reply::json(answer)
}

fn items(asked: &Asked) -> Reply {
    let place = |name: &str| asked.query(name).unwrap_or_default();
    let from = place("from");
    let of = format!("{} {} {from}", place("shop"), place("kind"));
    let number = ["offset", "page", "after"]
        .into_iter()
        .find_map(|name| asked.query(name)?.parse::<usize>().ok());
    let (first, count) = match number {
        None => (0, 3),
        Some(number) if number == 3 || number == 2 => (3, 2),
        Some(number) => (number, 3),
    };
    let updated = if from.is_empty() {
        "2024-01-01T00:00:00Z"
    } else {
        &from
    };
    let data: Vec<Value> = (first..first + count)
        .map(|n| json!({"id": format!("{of} {n}"), "updated": updated}))
        .collect();
    let target = asked.target.clone();
    let mark = if target.contains('?') { '&' } else { '?' };
    let next = (first == 0).then(|| json!(format!("{target}{mark}after=3")));
    Reply::json(json!({ "data": data, "next": next }))
}

/// Records of the same answer that fill three pages.
fn large(asked: &Asked) -> Reply {
    let from = asked.query("shop").unwrap_or_default();
    let data: Vec<Value> = (0..2500)
        .map(|n| json!({"id": format!("{from} {n}")}))
        .collect();
    Reply::json(json!({ "data": data }))
}

/// The stream with a router, if it is not `none`.
fn stream(router: &str, stream: &str, paginator: &str) -> String {
    let by_shop = match router {
        "none" | LIST => "",
        _ => {
            "request_parameters: {shop: \"{{ stream_partition.shop }}\", kind: \"{{ stream_partition.kind }}\"}"
        }
    };
    routed(router, by_shop, stream)
        .replace("{type: NoPagination}", paginator)
        .replace("\n      partition_router: none", "")
}

fn in_windows() -> String {
    format!("{DATED}{STEP}")
}

fn shops() -> String {
    parents("shops", "id", "shop", "")
}

#[tokio::test]
async fn a_plain_stream_paged_by_number_goes_on() {
    check(&stream("none", "", OFFSET), provider, SEEDS).await;
    check(&stream("none", "", PAGE), provider, SEEDS).await;
}

#[tokio::test]
async fn a_plain_stream_paged_by_token_goes_on() {
    let cursor = CURSOR.replace("{{ response.next }}", "{{ '3' if response.next else '' }}");
    check(&stream("none", DATED, &cursor), provider, SEEDS).await;
    check(&stream("none", "", LINK), provider, SEEDS).await;
}

#[tokio::test]
async fn a_windowed_stream_goes_on() {
    check(&stream("none", &in_windows(), OFFSET), provider, SEEDS).await;
}

#[tokio::test]
async fn a_stream_by_a_list_goes_on() {
    check(&stream(LIST, DATED, PAGE), provider, SEEDS).await;
}

#[tokio::test]
async fn a_substream_goes_on() {
    check(&stream(&shops(), &in_windows(), OFFSET), provider, SEEDS).await;
}

#[tokio::test]
async fn a_cartesian_stream_goes_on() {
    let kind = "{type: ListPartitionRouter, cursor_field: kind, values: [k, l]}";
    let product = format!("[{}, {kind}]", shops());
    check(&stream(&product, &in_windows(), OFFSET), provider, SEEDS).await;
}

#[tokio::test]
async fn a_grouped_stream_goes_on() {
    let grouped = format!(
        "{{type: GroupingPartitionRouter, group_size: 2, underlying_partition_router: {}}}",
        shops()
    );
    check(&stream(&grouped, &in_windows(), OFFSET), provider, SEEDS).await;
}

/// Jobs of several files, in pages; every other time they are not done yet.
fn worker(asked: &Asked) -> Reply {
    static ASKED: AtomicUsize = AtomicUsize::new(0);
    let place = |name: &str| asked.query(name).unwrap_or_default();
    if asked.path() == "/jobs" {
        return Reply::json(json!({"id": format!("{}_{}", place("shop"), place("from"))}));
    }
    if let Some(id) = asked.path().strip_prefix("/jobs/") {
        let is_done = ASKED.fetch_add(1, Ordering::Relaxed) % 2 == 1;
        let files = [format!("files/{id}?n=1"), format!("files/{id}?n=2")];
        return Reply::json(match is_done {
            true => json!({"status": "done", "urls": files}),
            false => json!({"status": "busy"}),
        });
    }
    if asked.path() == "/shops" {
        return provider(asked);
    }
    let of = format!("{} {}", asked.path(), place("n"));
    let (first, count) = match place("page").as_str() {
        "2" => (3, 2),
        _ => (0, 3),
    };
    let data: Vec<Value> = (first..first + count)
        .map(|n| json!({"id": format!("{of} {n}"), "updated": "2024-01-05T00:00:00Z"}))
        .collect();
    Reply::json(json!(data))
}

fn jobs(router: &str, dated: &str) -> String {
    let router = match router {
        "" => String::new(),
        router => format!("partition_router: {router}\n      "),
    };
    Jobs {
        retriever: format!("{router}download_paginator: {PAGE}"),
        stream: format!("primary_key: id\n    {dated}"),
        creation: "request_parameters: {shop: \"{{ stream_slice.shop }}\", from: \"{{ stream_slice.start_time }}\"}".to_owned(),
    }
    .yaml()
}

#[tokio::test]
async fn a_stream_of_a_job_goes_on() {
    check(&jobs("", ""), worker, SEEDS).await;
}

#[tokio::test]
async fn a_stream_of_a_job_for_each_window_goes_on() {
    check(&jobs("", &in_windows()), worker, SEEDS).await;
}

#[tokio::test]
async fn a_substream_of_jobs_goes_on() {
    check(&jobs(&shops(), DATED), worker, SEEDS).await;
}

#[tokio::test]
async fn an_answer_of_several_pages_goes_on() {
    check(&stream(LIST, "", "{type: NoPagination}"), large, 5).await;
}

/// What a store would hold.
#[derive(Default)]
struct Kept {
    keys: Vec<String>,
    states: Vec<ModelState>,
    position: Option<Position>,
}

impl Kept {
    fn commit(&mut self, page: &Page) {
        self.keys
            .extend(page.records.iter().map(|record| record.key.clone()));
        self.position = Some(page.position.clone());
        page.states.iter().for_each(|state| self.keep(state));
    }

    fn keep(&mut self, state: &ModelState) {
        self.states
            .retain(|known| known.partition != state.partition);
        self.states.push(state.clone());
    }

    /// In an order of their own, without how long the sync took.
    fn states(mut self) -> Vec<ModelState> {
        self.states.sort_by(|a, b| a.partition.cmp(&b.partition));
        for state in &mut self.states {
            state.state.shift_remove("lookback_window");
        }
        self.states
    }
}

/// A sync that is stopped after `pages()` pages, again and again.
async fn sync(source: &Arc<dyn Source>, mut pages: impl FnMut() -> usize) -> Kept {
    let mut kept = Kept::default();
    loop {
        let ask = Ask {
            states: kept.states.clone(),
            position: kept.position.clone(),
            pages: pages(),
            ..Ask::of("items")
        };
        let ran = run(source, ask).await;
        assert!(ran.error.is_none(), "{:?}", ran.error);
        ran.pages.iter().for_each(|page| kept.commit(page));
        if let Some(end) = ran.end {
            end.states.iter().for_each(|state| kept.keep(state));
            return kept;
        }
    }
}

async fn check(manifest: &str, script: fn(&Asked) -> Reply, seeds: u64) {
    let server = Server::start(script).await;
    let source = source(manifest, json!({"url": server.url}));
    let whole = sync(&source, || usize::MAX).await;
    assert!(whole.keys.len() > 4, "{:?}", whole.keys);
    let (keys, states) = (whole.keys.clone(), whole.states());
    for seed in 1..=seeds {
        let mut random = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let stopped = sync(&source, || {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            usize::try_from(random % 5 + 1).unwrap()
        })
        .await;
        assert_eq!(stopped.keys, keys, "seed {seed}");
        assert_eq!(stopped.states(), states, "seed {seed}");
    }
}
