//! Cursors beside the plain one: filtered here, feeds, counts, and rounded windows.

use serde_json::{Value, json};
use syncline_connectors::source::Coverage;
use syncline_domain::scope::Scope;
use syncline_domain::state::ModelState;

use crate::manifests::{CURSOR, Items, OFFSET};
use crate::run::{Ask, Ran, at, run, source};
use crate::server::{Asked, Reply, Server};

const DATED: &str = "primary_key: id
    incremental_sync:
      type: DatetimeBasedCursor
      cursor_field: updated
      datetime_format: \"%Y-%m-%dT%H:%M:%SZ\"
      start_datetime: \"2024-01-01T00:00:00Z\"
      start_time_option: {type: RequestOption, inject_into: request_parameter, field_name: from}
      end_time_option: {type: RequestOption, inject_into: request_parameter, field_name: to}";

const COUNTED: &str = "primary_key: id
    incremental_sync:
      type: IncrementingCountCursor
      cursor_field: number
      start_value: \"{{ config['first'] }}\"
      start_value_option: {type: RequestOption, inject_into: request_parameter, field_name: since}";

fn manifest(stream: &str, paginator: &str) -> String {
    Items {
        stream: stream.to_owned(),
        paginator: paginator.to_owned(),
        ..Items::default()
    }
    .yaml()
}

async fn read(manifest: &str, server: &Server, states: Vec<ModelState>) -> Ran {
    let config = json!({"url": server.url, "first": 5});
    let ask = Ask {
        states,
        ..Ask::of("items")
    };
    let ran = run(&source(manifest, config), ask).await;
    assert!(ran.error.is_none(), "{:?}", ran.error);
    ran
}

#[tokio::test]
async fn what_is_filtered_here_lies_in_the_range() {
    let server = Server::start(|_| {
        Reply::json(json!({"data": [
            {"id": "old", "updated": "2023-12-31T00:00:00Z"},
            {"id": "in", "updated": "2024-02-01T00:00:00Z"},
            {"id": "later", "updated": "2024-06-01T00:00:00Z"},
            {"id": "undated"},
        ]}))
    })
    .await;
    let ran = read(
        &manifest(
            &format!("{DATED}\n      is_client_side_incremental: true"),
            "{type: NoPagination}",
        ),
        &server,
        Vec::new(),
    )
    .await;
    assert_eq!(ran.keys(), ["in", "undated"]);
    assert_eq!(ran.state(), json!({"updated": "2024-02-01T00:00:00Z"}));
    assert!(
        matches!(ran.coverage(), Coverage::Doubtful { .. }),
        "the later one is not gone"
    );
}

/// Newest first, three a page.
fn feed(asked: &Asked) -> Reply {
    let from: usize = asked
        .query("offset")
        .unwrap_or_default()
        .parse()
        .unwrap_or(0);
    let all: Vec<Value> = (0..40)
        .map(|day| {
            let updated = at("2024-02-25T00:00:00Z") - chrono::Duration::days(day);
            json!({"id": day, "updated": updated.format("%Y-%m-%dT%H:%M:%SZ").to_string()})
        })
        .collect();
    Reply::json(json!({"data": all[from.min(40)..(from + 3).min(40)]}))
}

#[tokio::test]
async fn a_feed_is_read_until_its_first_old_record() {
    let manifest = manifest(&format!("{DATED}\n      is_data_feed: true"), OFFSET);
    let server = Server::start(feed).await;
    let whole = read(&manifest, &server, Vec::new()).await;
    assert_eq!(whole.keys().len(), 40);
    server.forget();
    let states = vec![ModelState {
        partition: String::new(),
        fingerprint: whole.plan.fingerprint.clone(),
        state: json!({"updated": "2024-02-21T00:00:00Z"})
            .as_object()
            .unwrap()
            .clone(),
    }];
    let next = read(&manifest, &server, states).await;
    assert_eq!(
        next.keys(),
        ["0", "1", "2", "3", "4"],
        "up to the state, the rest of the page is left out"
    );
    assert_eq!(server.targets().len(), 2);
}

#[tokio::test]
async fn a_feed_goes_on_by_its_last_record_wanted_or_not() {
    let paginator = CURSOR.replace("{{ response.next }}", "{{ last_record.id }}");
    let manifest = manifest(&format!("{DATED}\n      is_data_feed: true"), &paginator);
    let server = Server::start(|asked| {
        let data = match asked.query("after").as_deref() {
            None => json!([{"id": "a", "updated": "2024-02-02T00:00:00Z"}, {"id": "b"}]),
            Some("b") => json!([{"id": "c", "updated": "2023-02-02T00:00:00Z"}]),
            Some(other) => panic!("{other}"),
        };
        Reply::json(json!({ "data": data }))
    })
    .await;
    assert_eq!(
        read(&manifest, &server, Vec::new()).await.keys(),
        ["a", "b"]
    );
}

#[tokio::test]
async fn a_count_is_a_cursor() {
    let manifest = manifest(COUNTED, "{type: NoPagination}").replace(
        "path: items",
        "path: \"items/{{ stream_interval.start }}/{{ stream_slice.end }}\"",
    );
    let server = Server::start(|_| {
        Reply::json(json!({"data": [{"id": 1, "number": 7}, {"id": 2, "number": 12}]}))
    })
    .await;
    let first = read(&manifest, &server, Vec::new()).await;
    assert!(first.plan.is_full_pass);
    assert_eq!(server.targets(), ["/items/5/inf?since=5"]);
    assert_eq!(first.state(), json!({"number": 12}));
    server.forget();
    let second = read(&manifest, &server, first.states()).await;
    assert!(!second.plan.is_full_pass);
    assert_eq!(server.targets(), ["/items/12/inf?since=12"]);
    assert_eq!(second.state(), json!({"number": 12}));
    let source = source(&manifest, json!({"url": server.url, "first": 5}));
    let range = Scope::requested(Some(at("2024-01-05T00:00:00Z")), None, None, false).unwrap();
    let request = syncline_connectors::source::PlanRequest {
        stream: "items",
        scope: &range,
        states: &[],
        overlap: chrono::Duration::zero(),
        now: crate::run::now(),
    };
    assert!(
        source
            .plan(request)
            .unwrap_err()
            .message
            .contains("its cursor counts")
    );
}

#[tokio::test]
async fn windows_can_be_rounded_to_whole_periods() {
    let server = Server::start(|_| Reply::json(json!({"data": []}))).await;
    let cursor = DATED.replace("2024-01-01T", "2024-01-15T");
    let cursor = format!(
        "{cursor}\n      step: P1M\n      cursor_granularity: PT1S\n      clamping: {{target: MONTH}}"
    );
    read(
        &manifest(&cursor, "{type: NoPagination}"),
        &server,
        Vec::new(),
    )
    .await;
    let windows: Vec<String> = server
        .asked()
        .iter()
        .map(|asked| {
            format!(
                "{} {}",
                asked.query("from").unwrap(),
                asked.query("to").unwrap()
            )
        })
        .collect();
    assert_eq!(windows, ["2024-02-01T00:00:00Z 2024-02-29T23:59:59Z"]);
}

#[tokio::test]
async fn the_end_of_a_range_is_one_more_unit() {
    let now = "start_datetime: \"2024-03-01T00:00:00Z\"";
    let cursor = DATED.replace("start_datetime: \"2024-01-01T00:00:00Z\"", now);
    for (more, asked) in [
        ("", 0),
        ("step: P1D\n      cursor_granularity: PT1S", 1),
        (
            "step: P1D\n      cursor_granularity: PT1S\n      is_compare_strictly: true",
            0,
        ),
    ] {
        let server = Server::start(|_| Reply::json(json!({"data": []}))).await;
        let stream = format!("{cursor}\n      {more}");
        read(
            &manifest(&stream, "{type: NoPagination}"),
            &server,
            Vec::new(),
        )
        .await;
        assert_eq!(server.targets().len(), asked, "{more}");
    }
}

#[tokio::test]
async fn somebodys_own_state_migration_does_not_matter() {
    let stream =
        format!("{DATED}\n    state_migrations: [{{type: CustomStateMigration, class_name: a.B}}]");
    let server = Server::start(|_| Reply::json(json!({"data": [{"id": 1}]}))).await;
    assert_eq!(
        read(
            &manifest(&stream, "{type: NoPagination}"),
            &server,
            Vec::new()
        )
        .await
        .keys(),
        ["1"]
    );
}
