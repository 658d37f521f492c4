//! What an answer that is not good leads to.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::json;
use syncline_connectors::SourceOptions;
use syncline_connectors::error::{SourceError, SourceErrorKind as Kind};

use crate::manifests::{CURSOR, Items};
use crate::run::{Ask, Ran, at, now, options, run, source, source_with};
use crate::server::{Reply, Server};

const SECRET: &str = "s3cret-value";

pub async fn ran(requester: &str, reply: Reply) -> (Ran, usize) {
    let server = Server::start(move |_| reply.clone()).await;
    let authenticator = "authenticator: {type: ApiKeyAuthenticator, api_token: \"{{ config['api_token'] }}\", \
        inject_into: {type: RequestOption, inject_into: request_parameter, field_name: key}}";
    let requester = format!("{authenticator}\n        {requester}");
    let manifest = Items {
        requester,
        ..Items::default()
    }
    .yaml();
    let source = source(&manifest, json!({"url": server.url, "api_token": SECRET}));
    let ran = run(&source, Ask::of("items")).await;
    assert!(!format!("{ran:?}").contains(SECRET));
    (ran, server.targets().len())
}

pub async fn failure(requester: &str, reply: Reply) -> (SourceError, usize) {
    let (ran, tries) = ran(requester, reply).await;
    (ran.error.unwrap(), tries)
}

#[tokio::test]
async fn the_common_rules() {
    let transient = Kind::Transient { not_before: None };
    let table = [
        (400, Kind::Refused, 1),
        (401, Kind::Authentication, 1),
        (403, Kind::Authentication, 1),
        (404, Kind::Refused, 1),
        (405, Kind::Refused, 1),
        (408, transient, 6),
        (418, Kind::Refused, 6),
        (429, Kind::Later { until: None }, 1),
        (500, transient, 6),
        (502, transient, 6),
        (503, transient, 6),
        (504, transient, 6),
    ];
    for (status, kind, tries) in table {
        let (error, sent) = failure(
            "",
            Reply::status(status, json!({"error": {"message": "no, thanks"}})),
        )
        .await;
        assert_eq!(
            (error.kind, sent, error.status_code),
            (kind, tries, Some(status))
        );
        assert_eq!(error.cost.requests, i64::try_from(tries).unwrap());
        assert!(error.message.contains("GET 127.0.0.1:"), "{error}");
        assert!(
            error.message.contains("/items answered") && error.message.contains("no, thanks"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_secret_that_comes_back_is_not_repeated() {
    let (error, _) = failure("", Reply::status(401, format!("key {SECRET} is not known"))).await;
    assert!(
        error
            .message
            .contains("key *** is not known. Check the connection's credentials"),
        "{error}"
    );
}

#[tokio::test]
async fn retry_after_is_honoured_in_both_forms() {
    let (error, _) = failure("", Reply::status(429, "").header("retry-after", 120)).await;
    let Kind::Later { until: Some(until) } = error.kind else {
        panic!("{error:?}")
    };
    assert!(
        (0..10).contains(&(until - now()).num_seconds().abs_diff(120)),
        "{until}"
    );
    let (error, _) = failure(
        "",
        Reply::status(429, "").header("retry-after", "Fri, 01 Mar 2024 01:00:00 GMT"),
    )
    .await;
    let Kind::Later { until: Some(until) } = error.kind else {
        panic!("{error:?}")
    };
    assert!(
        (until - at("2024-03-01T01:00:00Z")).num_seconds().abs() <= 1,
        "{until}"
    );
    let (error, sent) = failure("", Reply::status(503, "").header("retry-after", 600)).await;
    let Kind::Transient {
        not_before: Some(_),
    } = error.kind
    else {
        panic!("{error:?}")
    };
    assert_eq!(sent, 1, "a wait that long is left to the next attempt");
}

#[tokio::test]
async fn what_passes_within_the_tries_is_not_seen() {
    let count = AtomicUsize::new(0);
    let server = Server::start(move |_| match count.fetch_add(1, Ordering::SeqCst) {
        0 => Reply::status(500, "oops"),
        1 => Reply::json(json!({"data": [{"id": 1}]})).broken_after(5),
        _ => Reply::json(json!({"data": [{"id": 1}]})),
    })
    .await;
    let ran = run(
        &source(&Items::default().yaml(), json!({"url": server.url})),
        Ask::of("items"),
    )
    .await;
    assert_eq!(ran.keys(), ["1"]);
    assert_eq!(ran.pages[0].cost.requests, 3);
}

#[tokio::test]
async fn truncated_and_broken_answers_may_pass() {
    let whole = json!({"data": [{"id": 1}, {"id": 2}]}).to_string();
    for end in 1..whole.len() {
        let (error, _) = failure("", Reply::status(200, &whole[..end])).await;
        assert_eq!(
            error.kind,
            Kind::Transient { not_before: None },
            "{}",
            &whole[..end]
        );
        assert!(error.message.contains("ends in the middle"), "{error}");
    }
    let (error, sent) = failure("", Reply::json(&whole).broken_after(9)).await;
    assert_eq!(
        (error.kind, sent),
        (Kind::Transient { not_before: None }, 6)
    );
    assert!(
        error.message.contains("broke off inside its answer"),
        "{error}"
    );
}

#[tokio::test]
async fn what_is_not_json_or_has_another_shape_is_described() {
    let cases = [
        (
            "<html>Maintenance</html>",
            "is not JSON (line 1, column 1); it begins with <html>Maintenance</html>",
        ),
        ("", "the answer is empty"),
        (
            r#"{"data": "text"}"#,
            "`data` should hold records, but is a text",
        ),
        (
            r#"{"data": 5}"#,
            "`data` should hold records, but is a number",
        ),
        (
            r#"{"data": [{"id": 1}, 7]}"#,
            "record 2 of `data` is not an object: 7",
        ),
        (r#"{"data": []} trailing"#, "is not JSON"),
    ];
    for (body, wanted) in cases {
        let (error, _) = failure("", Reply::status(200, body)).await;
        assert!(error.message.contains(wanted), "{error}");
        assert!(error.message.starts_with("GET 127.0.0.1:"), "{error}");
    }
}

#[tokio::test]
async fn an_absent_record_path_is_a_warning_and_no_records() {
    for body in [r#"{"other": []}"#, "{}", "[]", "7"] {
        let (ran, _) = ran("", Reply::status(200, body)).await;
        assert_eq!(ran.warnings(), ["record_path_absent"], "{body}");
        assert!(ran.records().is_empty() && ran.end.is_some());
    }
    let (ran, _) = ran("", Reply::status(200, r#"{"data": null}"#)).await;
    assert!(ran.warnings().is_empty() && ran.records().is_empty() && ran.end.is_some());
}

#[tokio::test]
async fn a_provider_that_cannot_be_reached_may_come_back() {
    let gone = Server::start(|_| Reply::json("{}")).await.url.clone();
    let ran = run(
        &source(&Items::default().yaml(), json!({"url": gone})),
        Ask::of("items"),
    )
    .await;
    assert_eq!(ran.error().kind, Kind::Transient { not_before: None });
    let ran = run(
        &source(&Items::default().yaml(), json!({"url": "no url"})),
        Ask::of("items"),
    )
    .await;
    assert_eq!(ran.error().kind, Kind::Configuration);
    assert!(
        ran.error().message.contains("no valid http or https URL"),
        "{}",
        ran.error()
    );
}

#[tokio::test]
async fn an_answer_beyond_the_cap_is_refused() {
    let server = Server::start(|_| Reply::json(json!({"data": ["x".repeat(2000)]}))).await;
    let options = SourceOptions {
        max_answer_bytes: 1000,
        ..options()
    };
    let ran = run(
        &source_with(
            &Items::default().yaml(),
            json!({"url": server.url}),
            options,
        ),
        Ask::of("items"),
    )
    .await;
    assert_eq!(ran.error().kind, Kind::Refused);
    assert!(
        ran.error().message.contains("more than 1000 bytes"),
        "{}",
        ran.error()
    );
}

#[tokio::test]
async fn silence_ends_in_a_timeout() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let options = SourceOptions {
        first_byte_timeout: Duration::from_millis(50),
        tries: 1,
        ..options()
    };
    let ran = run(
        &source_with(&Items::default().yaml(), json!({"url": url}), options),
        Ask::of("items"),
    )
    .await;
    assert_eq!(ran.error().kind, Kind::Transient { not_before: None });
    assert!(
        ran.error().message.contains("gave no answer within 0.05 s"),
        "{}",
        ran.error()
    );
}

#[tokio::test]
async fn a_template_below_nothing_is_an_error_that_names_it() {
    let server = Server::start(|_| Reply::json(json!({"data": []}))).await;
    let paginator = CURSOR.replace("{{ response.next }}", "{{ response.meta.next }}");
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
    assert_eq!(ran.error().kind, Kind::Configuration);
    assert!(
        ran.error().message.contains("{{ response.meta.next }}"),
        "{}",
        ran.error()
    );
}
