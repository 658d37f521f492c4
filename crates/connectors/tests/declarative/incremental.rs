//! Time ranges, windows and the model's state.

use chrono::Duration;
use serde_json::{Value, json};
use syncline_connectors::source::Coverage;
use syncline_domain::scope::Scope;

use crate::manifests::Items;
use crate::run::{Ask, Ran, at, run, source};
use crate::server::{Asked, Reply, Server};

const FORMAT: &str = "datetime_format: \"%Y-%m-%dT%H:%M:%SZ\"";

fn manifest(cursor: &str) -> String {
    let stream = format!(
        "primary_key: id
    incremental_sync:
      type: DatetimeBasedCursor
      cursor_field: updated
      {FORMAT}
      start_datetime: \"{{{{ config['start'] }}}}\"
      start_time_option: {{type: RequestOption, inject_into: request_parameter, field_name: from}}
      end_time_option: {{type: RequestOption, inject_into: request_parameter, field_name: to}}
      {cursor}"
    );
    Items {
        stream,
        ..Items::default()
    }
    .yaml()
}

/// One record a day in January and February 2024, filtered as asked.
fn days(asked: &Asked) -> Reply {
    let from = asked.query("from").unwrap_or_default();
    let to = asked.query("to").unwrap_or_else(|| "9".to_owned());
    let all = (1..=60).map(|day| {
        let updated = at("2024-01-01T12:00:00Z") + Duration::days(day - 1);
        json!({"id": day, "updated": updated.format("%Y-%m-%dT%H:%M:%SZ").to_string()})
    });
    let data: Vec<Value> = all
        .filter(|record| {
            let updated = record["updated"].as_str().unwrap();
            updated >= from.as_str() && updated <= to.as_str()
        })
        .collect();
    Reply::json(json!({"data": data}))
}

async fn ran(cursor: &str, ask: Ask) -> (Ran, Vec<String>) {
    let server = Server::start(days).await;
    let source = source(
        &manifest(cursor),
        json!({"url": server.url, "start": "2024-01-01T00:00:00Z"}),
    );
    let ran = run(&source, ask).await;
    assert!(ran.error.is_none(), "{:?}", ran.error);
    let windows = server.asked().into_iter().map(|asked| {
        format!(
            "{} {}",
            asked.query("from").unwrap(),
            asked.query("to").unwrap()
        )
    });
    (ran, windows.collect())
}

#[tokio::test]
async fn the_first_sync_reads_from_the_beginning_and_leaves_its_state() {
    let (ran, windows) = ran("", Ask::of("items")).await;
    assert_eq!(windows, ["2024-01-01T00:00:00Z 2024-03-01T00:00:00Z"]);
    assert!(ran.plan.is_full_pass);
    assert_eq!(*ran.coverage(), Coverage::Full);
    assert_eq!(
        (ran.keys().len(), ran.state()),
        (60, json!({"updated": "2024-02-29T12:00:00Z"}))
    );
    assert_eq!(
        ran.pages[0].states,
        ran.states(),
        "in the page that closes the window"
    );
}

#[tokio::test]
async fn the_next_sync_begins_at_its_state_less_the_larger_of_overlap_and_look_back() {
    for (cursor, overlap, from) in [
        ("", Duration::zero(), "2024-02-29T12:00:00Z"),
        ("", Duration::minutes(5), "2024-02-29T11:55:00Z"),
        (
            "lookback_window: P1D",
            Duration::minutes(5),
            "2024-02-28T12:00:00Z",
        ),
        (
            "lookback_window: P1M",
            Duration::minutes(5),
            "2024-01-29T12:00:00Z",
        ),
        (
            "lookback_window: P1Y",
            Duration::minutes(5),
            "2024-01-01T00:00:00Z",
        ),
    ] {
        let (first, _) = ran(cursor, Ask::of("items")).await;
        // The provider's address is part of the configuration, so the state is taken over.
        let server = Server::start(days).await;
        let source = source(
            &manifest(cursor),
            json!({"url": server.url, "start": "2024-01-01T00:00:00Z"}),
        );
        let fingerprint = run(
            &source,
            Ask {
                pages: 0,
                ..Ask::of("items")
            },
        )
        .await
        .plan
        .fingerprint;
        let mut states = first.states();
        states[0].fingerprint = fingerprint;
        let second = run(
            &source,
            Ask {
                states,
                overlap,
                ..Ask::of("items")
            },
        )
        .await;
        assert_eq!(
            server.asked()[0].query("from").as_deref(),
            Some(from),
            "{cursor}"
        );
        assert!(!second.plan.is_full_pass && second.plan.warnings.is_empty());
        assert_eq!(*second.coverage(), Coverage::Partial);
        assert_eq!(second.state(), json!({"updated": "2024-02-29T12:00:00Z"}));
    }
}

#[tokio::test]
async fn a_state_of_another_fingerprint_is_not_used_and_says_so() {
    let (first, _) = ran("", Ask::of("items")).await;
    let (second, windows) = ran(
        "",
        Ask {
            states: first.states(),
            ..Ask::of("items")
        },
    )
    .await;
    assert_eq!(windows, ["2024-01-01T00:00:00Z 2024-03-01T00:00:00Z"]);
    assert_eq!(second.plan.warnings[0].code, "state_not_used");
    assert!(second.plan.is_full_pass);
}

#[tokio::test]
async fn steps_cut_windows_that_do_not_overlap() {
    let (ran_days, windows) = ran(
        "step: P10D\n      cursor_granularity: PT1S",
        Ask::of("items"),
    )
    .await;
    assert_eq!(windows.len(), 6);
    assert_eq!(
        windows[..2],
        [
            "2024-01-01T00:00:00Z 2024-01-10T23:59:59Z",
            "2024-01-11T00:00:00Z 2024-01-20T23:59:59Z"
        ]
    );
    assert_eq!(
        windows[5], "2024-02-20T00:00:00Z 2024-03-01T00:00:00Z",
        "the last one ends at the end"
    );
    assert_eq!(ran_days.keys().len(), 60);
    let marks: Vec<Value> = ran_days
        .pages
        .iter()
        .map(|page| page.states[0].state["updated"].clone())
        .collect();
    assert_eq!(marks[0], "2024-01-10T12:00:00Z");
    let slices: Vec<i64> = ran_days
        .pages
        .iter()
        .map(|page| page.position.progress.slice)
        .collect();
    assert_eq!(slices, [1, 2, 3, 4, 5, 6]);
    let (_, months) = ran(
        "step: P1M\n      cursor_granularity: PT1S",
        Ask::of("items"),
    )
    .await;
    assert_eq!(
        months,
        [
            "2024-01-01T00:00:00Z 2024-01-31T23:59:59Z",
            "2024-02-01T00:00:00Z 2024-03-01T00:00:00Z"
        ]
    );
}

#[tokio::test]
async fn a_range_that_a_caller_asks_for_leaves_the_state_alone() {
    let scope = Scope::requested(
        Some(at("2024-01-05T00:00:00Z")),
        Some(at("2024-01-07T00:00:00Z")),
        None,
        false,
    )
    .unwrap();
    let (ran, windows) = ran(
        "",
        Ask {
            scope,
            ..Ask::of("items")
        },
    )
    .await;
    assert_eq!(windows, ["2024-01-05T00:00:00Z 2024-01-07T00:00:00Z"]);
    assert_eq!(ran.keys(), ["5", "6"]);
    assert!(ran.states().is_empty() && !ran.plan.is_full_pass);
    assert_eq!(*ran.coverage(), Coverage::Partial);
}

#[tokio::test]
async fn a_full_refresh_tells_its_state_only_at_the_end() {
    let (first, _) = ran(
        "step: P10D\n      cursor_granularity: PT1S",
        Ask::of("items"),
    )
    .await;
    let ask = Ask {
        scope: Scope::full_refresh(),
        states: first.states(),
        ..Ask::of("items")
    };
    let (ran, windows) = ran("step: P10D\n      cursor_granularity: PT1S", ask).await;
    assert_eq!(windows[0], "2024-01-01T00:00:00Z 2024-01-10T23:59:59Z");
    assert!(ran.pages.iter().all(|page| page.states.is_empty()));
    assert_eq!(ran.state(), json!({"updated": "2024-02-29T12:00:00Z"}));
    assert!(ran.plan.is_full_pass && ran.plan.warnings.is_empty());
}

#[tokio::test]
async fn the_state_never_passes_the_range_and_never_falls() {
    let late =
        |_: &Asked| Reply::json(json!({"data": [{"id": 1, "updated": "2024-06-01T00:00:00Z"}]}));
    let server = Server::start(late).await;
    let source_late = source(
        &manifest(""),
        json!({"url": server.url, "start": "2024-01-01T00:00:00Z"}),
    );
    let ran = run(&source_late, Ask::of("items")).await;
    assert_eq!(ran.state(), json!({"updated": "2024-03-01T00:00:00Z"}));

    let none = Server::start(|_| Reply::json(json!({"data": []}))).await;
    let source_none = source(
        &manifest(""),
        json!({"url": none.url, "start": "2024-01-01T00:00:00Z"}),
    );
    let empty = run(&source_none, Ask::of("items")).await;
    assert_eq!(
        empty.state(),
        json!({"updated": "2024-01-01T00:00:00Z"}),
        "nothing seen, nothing known: the beginning"
    );
    let mut states = ran.states();
    states[0].fingerprint = empty.plan.fingerprint.clone();
    let again = run(
        &source_none,
        Ask {
            states,
            ..Ask::of("items")
        },
    )
    .await;
    assert_eq!(
        again.state(),
        json!({"updated": "2024-03-01T00:00:00Z"}),
        "nothing seen: as it was"
    );
}

#[tokio::test]
async fn records_with_a_bad_cursor_value_are_kept_with_a_warning() {
    let body = json!({"data": [{"id": 1}, {"id": 2, "updated": "soon"}, {"id": 3, "updated": "2024-01-02T00:00:00Z"}]});
    let server = Server::start(move |_| Reply::json(&body)).await;
    let ran = run(
        &source(
            &manifest(""),
            json!({"url": server.url, "start": "2024-01-01T00:00:00Z"}),
        ),
        Ask::of("items"),
    )
    .await;
    assert_eq!(ran.keys(), ["1", "2", "3"]);
    assert_eq!(
        ran.warnings(),
        ["cursor_value_absent", "cursor_value_unreadable"]
    );
    assert_eq!(ran.state(), json!({"updated": "2024-01-02T00:00:00Z"}));
}

#[tokio::test]
async fn a_provider_that_cannot_filter_is_filtered_here() {
    let server = Server::start(|_| {
        Reply::json(json!({"data": [{"id": 1, "updated": "2023-12-31T00:00:00Z"}, {"id": 2, "updated": "2024-01-02T00:00:00Z"}]}))
    })
    .await;
    let manifest = manifest("is_client_side_incremental: true");
    let ran = run(
        &source(
            &manifest,
            json!({"url": server.url, "start": "2024-01-01T00:00:00Z"}),
        ),
        Ask::of("items"),
    )
    .await;
    assert_eq!(ran.keys(), ["2"]);
}

#[tokio::test]
async fn other_formats_bounds_and_names() {
    let server = Server::start(|_| {
        Reply::json(json!({"data": [{"id": 1, "updated": 1_706_745_600_000_i64}]}))
    })
    .await;
    let manifest = manifest("cursor_datetime_formats: [\"%ms\", \"%Y\"]")
        .replace(FORMAT, "datetime_format: \"%s\"")
        .replace(
            "start_datetime: \"{{ config['start'] }}\"",
            "start_datetime: {type: MinMaxDatetime, datetime: \"{{ config['start'] }}\", datetime_format: \"%Y-%m-%d\", min_datetime: \"2024-01-10\"}\n      end_datetime: \"{{ today_utc().strftime('%s') }}\"\n      partition_field_start: begin",
        )
        .replace("path: items", "path: \"items/{{ stream_interval.begin }}/{{ stream_slice['end_time'] }}\"");
    let ran = run(
        &source(&manifest, json!({"url": server.url, "start": "2024-01-01"})),
        Ask::of("items"),
    )
    .await;
    assert!(ran.error.is_none(), "{:?}", ran.error);
    assert_eq!(
        server.targets(),
        ["/items/1704844800/1709251200?from=1704844800&to=1709251200"]
    );
    assert_eq!(ran.state(), json!({"updated": "1706745600"}));
}

#[tokio::test]
async fn scopes_that_a_stream_cannot_do_are_refused() {
    let plan = |manifest: String, scope: Scope| {
        let source = source(
            &manifest,
            json!({"url": "http://127.0.0.1:1", "start": "2024-01-01T00:00:00Z"}),
        );
        let request = syncline_connectors::source::PlanRequest {
            stream: "items",
            scope: &scope,
            states: &[],
            overlap: Duration::zero(),
            now: crate::run::now(),
        };
        source.plan(request).unwrap_err().message
    };
    let entity = Scope::requested(None, None, Some("7".to_owned()), false).unwrap();
    assert!(plan(manifest(""), entity).contains("single entity"));
    let range = Scope::requested(Some(at("2024-01-05T00:00:00Z")), None, None, false).unwrap();
    assert!(plan(Items::default().yaml(), range).contains("time range"));
}
