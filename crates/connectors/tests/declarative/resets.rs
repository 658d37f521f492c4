//! Paging that begins anew.

use serde_json::{Value, json};

use crate::manifests::Items;
use crate::run::{Ask, Ran, run, source};
use crate::server::{Asked, Reply, Server};

const DATED: &str = "primary_key: id
    incremental_sync:
      type: DatetimeBasedCursor
      cursor_field: updated
      datetime_format: \"%Y-%m-%d\"
      start_datetime: \"2024-01-01\"
      start_time_option: {type: RequestOption, inject_into: request_parameter, field_name: from}";

fn manifest(stream: &str, reset: &str, requester: &str) -> String {
    let paginator = crate::manifests::OFFSET;
    Items {
        requester: requester.to_owned(),
        stream: stream.to_owned(),
        paginator: format!("{paginator}\n      pagination_reset: {reset}"),
        ..Items::default()
    }
    .yaml()
}

/// A record for each of 20 days; no more than six can be paged through.
fn twenty(asked: &Asked) -> Reply {
    let number = |name: &str| {
        asked
            .query(name)
            .and_then(|text| text.parse::<usize>().ok())
    };
    let offset = number("offset").unwrap_or(0);
    if offset >= 6 {
        return Reply::status(400, json!({"error": "too far"}));
    }
    let from = asked
        .query("from")
        .unwrap_or_else(|| "2024-01-01".to_owned());
    let all: Vec<Value> = (1..=20)
        .map(|day| json!({"id": day, "updated": format!("2024-01-{day:02}")}))
        .filter(|record| record["updated"].as_str().unwrap() >= from.as_str())
        .collect();
    let page: Vec<&Value> = all.iter().skip(offset).take(3).collect();
    Reply::json(json!({ "data": page }))
}

async fn read(manifest: &str, script: fn(&Asked) -> Reply) -> (Ran, Vec<String>) {
    let server = Server::start(script).await;
    let ran = run(
        &source(manifest, json!({"url": server.url})),
        Ask::of("items"),
    )
    .await;
    (ran, server.targets())
}

fn days(ran: &Ran) -> Vec<u32> {
    let mut days: Vec<u32> = ran.keys().iter().map(|key| key.parse().unwrap()).collect();
    days.sort_unstable();
    days.dedup();
    days
}

#[tokio::test]
async fn it_begins_behind_the_latest_record() {
    let limit = "{type: PaginationReset, action: SPLIT_USING_CURSOR, limits: {type: PaginationResetLimits, number_of_records: 6}}";
    let on_error = "error_handler: {type: DefaultErrorHandler, response_filters: [{type: HttpResponseFilter, action: RESET_PAGINATION, http_codes: [400]}]}";
    for (reset, requester) in [
        (limit, ""),
        (
            "{type: PaginationReset, action: SPLIT_USING_CURSOR}",
            on_error,
        ),
    ] {
        let (ran, targets) = read(&manifest(DATED, reset, requester), twenty).await;
        assert!(ran.error.is_none(), "{:?}", ran.error);
        assert_eq!(days(&ran), (1..=20).collect::<Vec<_>>());
        assert!(
            targets.contains(&"/items?limit=3&from=2024-01-06".to_owned()),
            "{targets:?}"
        );
        assert_eq!(ran.state(), json!({"updated": "2024-01-20"}));
    }
}

#[tokio::test]
async fn reading_goes_on_after_it_began_anew() {
    let reset = "{type: PaginationReset, action: SPLIT_USING_CURSOR, limits: {type: PaginationResetLimits, number_of_records: 6}}";
    let server = Server::start(twenty).await;
    let source = source(&manifest(DATED, reset, ""), json!({"url": server.url}));
    let whole = run(&source, Ask::of("items")).await;
    for cut in 1..whole.pages.len() {
        let position = Some(whole.pages[cut - 1].position.clone());
        let rest = run(
            &source,
            Ask {
                position,
                ..Ask::of("items")
            },
        )
        .await;
        assert!(rest.error.is_none(), "{:?}", rest.error);
        assert_eq!(rest.pages.len(), whole.pages.len() - cut);
    }
}

#[tokio::test]
async fn it_never_goes_round_in_circles() {
    let same = |_: &Asked| {
        Reply::json(
            json!({"data": [{"id": 1, "updated": "2024-01-01"}, {"id": 2, "updated": "2024-01-01"}, {"id": 3, "updated": "2024-01-01"}]}),
        )
    };
    for (action, stream) in [
        ("SPLIT_USING_CURSOR", DATED),
        ("RESET", DATED),
        ("RESET", "primary_key: id"),
    ] {
        let reset = format!(
            "{{type: PaginationReset, action: {action}, limits: {{type: PaginationResetLimits, number_of_records: 3}}}}"
        );
        let (ran, targets) = read(&manifest(stream, &reset, ""), same).await;
        assert!(
            ran.error()
                .message
                .contains("paging would have to begin anew"),
            "{:?}",
            ran.error
        );
        assert!(targets.len() <= 2, "{targets:?}");
    }
}
