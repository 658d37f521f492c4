//! A run that is cut off anywhere and goes on gives what an undisturbed one gives.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use syncline_connectors::source::Coverage;
use syncline_domain::state::{Fingerprint, Position};

use crate::manifests::{CURSOR, Items, LINK, OFFSET, PAGE};
use crate::run::{Ask, run, source};
use crate::server::{Asked, Reply, Server};

const WINDOWS: &str = "primary_key: id
    incremental_sync:
      type: DatetimeBasedCursor
      cursor_field: updated
      datetime_format: \"%Y-%m-%dT%H:%M:%SZ\"
      start_datetime: \"2024-01-01T00:00:00Z\"
      step: P20D
      cursor_granularity: PT1S
      start_time_option: {type: RequestOption, inject_into: request_parameter, field_name: from}";

/// 2,345 records (1,150 in each window), pages of a size that is asked for by the paginator's kind.
fn many(asked: &Asked) -> Reply {
    let number = |name: &str| {
        asked
            .query(name)
            .and_then(|text| text.parse::<usize>().ok())
    };
    let size = number("limit").or(number("per_page")).unwrap_or(1100);
    let count = if asked.query("from").is_some() {
        1150
    } else {
        2345
    };
    let start = number("offset")
        .or(number("after"))
        .or(number("page").map(|page| (page - 1) * size))
        .unwrap_or(0);
    let end = (start + size).min(count);
    let from = asked.query("from").unwrap_or_default();
    let data: Vec<Value> = (start..end)
        .map(|id| json!({"id": format!("{from}{id}"), "updated": from.clone(), "text": "x".repeat(id % 50)}))
        .collect();
    let next = (end < count).then_some(end);
    let query = if from.is_empty() {
        String::new()
    } else {
        format!("&from={from}")
    };
    let next = match asked.query("links") {
        Some(_) => json!(next.map(|next| format!("/items?links=1&after={next}{query}"))),
        None => json!(next),
    };
    Reply::json(json!({"data": data, "next": next}))
}

async fn goes_on_from_everywhere(items: Items) -> Vec<Coverage> {
    let server = Server::start(many).await;
    let source = source(&items.yaml(), json!({"url": server.url}));
    let whole = run(&source, Ask::of("items")).await;
    assert!(whole.error.is_none(), "{:?}", whole.error);
    let mut coverages = Vec::new();
    let mut before = None;
    for cut in 1..=whole.pages.len() {
        let position = whole.pages[cut - 1].position.clone();
        assert!(
            before.replace(position.progress) < Some(position.progress),
            "progress grows with every page"
        );
        // What a restart reads is the stored form.
        let rest = run(
            &source,
            Ask {
                position: Some(position),
                range: Some(whole.plan.range),
                ..Ask::of("items")
            },
        )
        .await;
        assert!(rest.error.is_none(), "{:?}", rest.error);
        let kept = whole.pages[..cut]
            .iter()
            .flat_map(|page| &page.records)
            .map(|record| record.data.get().to_owned());
        let all: Vec<String> = kept.chain(rest.records()).collect();
        assert_eq!(all, whole.records(), "cut after page {cut}");
        if !rest.states().is_empty() {
            assert_eq!(rest.state(), whole.state());
        }
        coverages.push(rest.coverage().clone());
    }
    coverages
}

fn doubtful(coverages: &[Coverage]) -> Vec<bool> {
    coverages
        .iter()
        .map(|coverage| matches!(coverage, Coverage::Doubtful { .. }))
        .collect()
}

#[tokio::test]
async fn by_cursor() {
    let coverages = goes_on_from_everywhere(Items {
        paginator: CURSOR.to_owned(),
        ..Items::default()
    })
    .await;
    // Pages of 1,000 and 100 records, twice, and the rest: within an answer there is a doubt.
    assert_eq!(doubtful(&coverages), [true, false, true, false, false]);
}

#[tokio::test]
async fn by_offset_and_page_number() {
    for paginator in [OFFSET, PAGE] {
        let paginator = paginator.replace("page_size: 3", "page_size: 1100");
        let coverages = goes_on_from_everywhere(Items {
            paginator,
            ..Items::default()
        })
        .await;
        assert_eq!(
            doubtful(&coverages),
            [true, true, true, true, false],
            "nothing is asked again behind the end"
        );
    }
}

#[tokio::test]
async fn by_link_and_without_a_paginator() {
    let requester = "request_parameters: {links: 1}".to_owned();
    goes_on_from_everywhere(Items {
        paginator: LINK.to_owned(),
        requester,
        ..Items::default()
    })
    .await;
    goes_on_from_everywhere(Items::default()).await;
}

#[tokio::test]
async fn through_windows_and_transformations() {
    for paginator in [
        CURSOR.to_owned(),
        OFFSET.replace("page_size: 3", "page_size: 900"),
    ] {
        let stream = format!(
            "{WINDOWS}\n    transformations: [{{type: AddFields, fields: [{{path: [more], value: \"{{{{ record.text | length }}}}\"}}]}}]"
        );
        goes_on_from_everywhere(Items {
            paginator,
            stream,
            ..Items::default()
        })
        .await;
    }
}

#[tokio::test]
async fn the_largest_cursor_value_survives_an_interruption() {
    // The latest record comes first; what is read after the cut is older.
    let server = Server::start(|asked| match asked.query("after") {
        None => {
            Reply::json(json!({"data": [{"id": 1, "updated": "2024-02-20T00:00:00Z"}], "next": 1}))
        }
        Some(_) => Reply::json(json!({"data": [{"id": 2, "updated": "2024-01-05T00:00:00Z"}]})),
    })
    .await;
    let stream = WINDOWS.replace("step: P20D", "lookback_window: P1D");
    let items = Items {
        paginator: CURSOR.to_owned(),
        stream,
        ..Items::default()
    };
    let source = source(&items.yaml(), json!({"url": server.url}));
    let first = run(
        &source,
        Ask {
            pages: 1,
            ..Ask::of("items")
        },
    )
    .await;
    assert!(first.states().is_empty(), "the window is not closed");
    let position = Some(first.pages[0].position.clone());
    let second = run(
        &source,
        Ask {
            position,
            range: Some(first.plan.range),
            ..Ask::of("items")
        },
    )
    .await;
    assert_eq!(second.state(), json!({"updated": "2024-02-20T00:00:00Z"}));
    assert_eq!(
        *second.coverage(),
        Coverage::Full,
        "it began as a full pass"
    );
}

#[tokio::test]
async fn an_answer_that_changed_is_read_from_its_beginning() {
    let asked = AtomicUsize::new(0);
    let server = Server::start(move |_| {
        // The second time, a record at the beginning is gone.
        let first = asked.fetch_add(1, Ordering::SeqCst);
        let data: Vec<Value> = (first..1500).map(|id| json!({"id": id})).collect();
        Reply::json(json!({"data": data}))
    })
    .await;
    let source = source(&Items::default().yaml(), json!({"url": server.url}));
    let first = run(
        &source,
        Ask {
            pages: 1,
            ..Ask::of("items")
        },
    )
    .await;
    assert_eq!(first.keys().len(), 1000);
    let position = Some(first.pages[0].position.clone());
    let second = run(
        &source,
        Ask {
            position,
            ..Ask::of("items")
        },
    )
    .await;
    assert_eq!(second.keys().len(), 1499, "every record of the new answer");
    assert_eq!(second.warnings(), ["answer_changed"]);
    assert!(matches!(second.coverage(), Coverage::Doubtful { .. }));
}

#[tokio::test]
async fn a_rejected_token_starts_the_window_again() {
    let server = Server::start(|asked| match asked.query("after").as_deref() {
        None => Reply::json(json!({"data": [{"id": 1}], "next": "fresh"})),
        Some("fresh") => Reply::json(json!({"data": [{"id": 2}]})),
        Some(_) => Reply::status(410, "cursor expired"),
    })
    .await;
    let source = source(
        &Items {
            paginator: CURSOR.to_owned(),
            ..Items::default()
        }
        .yaml(),
        json!({"url": server.url}),
    );
    let mut position = run(
        &source,
        Ask {
            pages: 1,
            ..Ask::of("items")
        },
    )
    .await
    .pages
    .remove(0)
    .position;
    let mut object = position.pagination_state.as_object().clone();
    object.insert("token".to_owned(), json!("stale"));
    position.pagination_state = syncline_domain::state::PaginationState::new(object).unwrap();
    let ran = run(
        &source,
        Ask {
            position: Some(position),
            ..Ask::of("items")
        },
    )
    .await;
    assert_eq!(ran.keys(), ["1", "2"]);
    assert_eq!(ran.warnings(), ["position_rejected"]);
}

#[tokio::test]
async fn a_position_of_another_fingerprint_starts_again_and_proves_nothing_gone() {
    let server = Server::start(many).await;
    let source = source(
        &Items {
            paginator: CURSOR.to_owned(),
            ..Items::default()
        }
        .yaml(),
        json!({"url": server.url}),
    );
    let position = run(
        &source,
        Ask {
            pages: 2,
            ..Ask::of("items")
        },
    )
    .await
    .pages
    .remove(1)
    .position;
    let position = Some(Position {
        fingerprint: Fingerprint::new("other"),
        ..position
    });
    let ran = run(
        &source,
        Ask {
            position,
            ..Ask::of("items")
        },
    )
    .await;
    assert_eq!(ran.keys().len(), 2345);
    assert_eq!(ran.warnings(), ["position_not_used"]);
    assert_eq!(*ran.coverage(), Coverage::Partial);
}

#[tokio::test]
async fn no_position_holds_a_secret() {
    const SECRET: &str = "s3cret&value";
    let server = Server::start(|asked| {
        assert_eq!(asked.query("key").as_deref(), Some(SECRET), "sent with every request, once");
        assert_eq!(asked.target.matches("key=").count(), 1);
        match asked.query("p") {
            None => Reply::json(json!({"data": [{"id": 1}], "next": format!("/items?key=s3cret%26value&p=2&also=s3cret%26value")})),
            Some(_) => Reply::json(json!({"data": [{"id": 2}]})),
        }
    })
    .await;
    let requester =
        "authenticator: {type: ApiKeyAuthenticator, api_token: \"{{ config['api_token'] }}\", \
        inject_into: {type: RequestOption, inject_into: request_parameter, field_name: key}}"
            .to_owned();
    let manifest = Items {
        paginator: LINK.to_owned(),
        requester,
        ..Items::default()
    }
    .yaml();
    let source = source(&manifest, json!({"url": server.url, "api_token": SECRET}));
    let whole = run(&source, Ask::of("items")).await;
    assert_eq!(whole.keys(), ["1", "2"], "{:?}", whole.error);
    let position = whole.pages[0].position.clone();
    assert_eq!(position.pagination_state.as_object()["token"], "/items?p=2");
    let rest = run(
        &source,
        Ask {
            position: Some(position),
            ..Ask::of("items")
        },
    )
    .await;
    assert_eq!(rest.keys(), ["2"]);
    assert!(!format!("{:?}{:?}", whole.pages, rest).contains("s3cret"));
}
