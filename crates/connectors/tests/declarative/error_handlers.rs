//! What a manifest's own error handlers make of an answer.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;
use syncline_connectors::error::{SourceError, SourceErrorKind as Kind};
use syncline_connectors::source::Coverage;

use crate::errors::{failure, ran};
use crate::manifests::Items;
use crate::run::{Ask, at, now, run, source};
use crate::server::{Reply, Server};

const TRANSIENT: Kind = Kind::Transient { not_before: None };

fn handler(filters: &str, more: &str) -> String {
    format!("error_handler: {{type: DefaultErrorHandler, response_filters: [{filters}]{more}}}")
}

fn filter(fields: &str) -> String {
    handler(&format!("{{type: HttpResponseFilter, {fields}}}"), "")
}

#[tokio::test]
async fn filters_decide_before_the_common_rules() {
    let ignore =
        filter("action: IGNORE, http_codes: [404], error_message: 'none of {{ config.url[:4] }}'");
    let (ran_ignored, _) = ran(&ignore, Reply::status(404, "")).await;
    assert_eq!(ran_ignored.warnings(), ["answer_ignored"]);
    let told = &ran_ignored.pages[0].warnings[0].message;
    assert!(told.contains("none of http"), "{told}");
    assert!(matches!(ran_ignored.coverage(), Coverage::Doubtful { .. }));

    let fail = filter(
        "action: FAIL, failure_type: config_error, predicate: \"{{ response.ok == false }}\", \
         error_message: \"it said {{ response.why }}, {{ headers['X-Why'] }}, {{ request_url }}\"",
    );
    let reply = Reply::json(json!({"ok": false, "why": "no"})).header("x-why", "never");
    let (error, _) = failure(&fail, reply).await;
    assert_eq!(
        (error.kind, error.status_code),
        (Kind::Configuration, Some(200))
    );
    assert!(
        error
            .message
            .contains("it said no, never, http://127.0.0.1:")
            && !error.message.contains("key="),
        "{error}"
    );

    let success = filter("action: SUCCESS, http_codes: [500]");
    let (ran_good, _) = ran(&success, Reply::status(500, json!({"data": [{"id": 1}]}))).await;
    assert!(ran_good.keys().is_empty() && ran_good.end.is_some());
    // What is no error by its status is read all the same.
    let lenient = filter("action: IGNORE, predicate: \"{{ response.code == 7 }}\"");
    let body = json!({"code": 7, "data": [{"id": 1}]});
    let (read, _) = ran(&lenient, Reply::json(body)).await;
    assert_eq!(
        (read.keys(), read.warnings()),
        (vec!["1".to_owned()], vec!["answer_ignored".to_owned()])
    );

    let limited = filter("action: RATE_LIMITED, http_codes: [403]");
    let (error, _) = failure(&limited, Reply::status(403, "")).await;
    assert_eq!(error.kind, Kind::Later { until: None });
}

#[tokio::test]
async fn the_type_of_a_failure_decides_what_the_sync_does() {
    let table = [
        ("", 400, Kind::Refused),
        ("", 401, Kind::Authentication),
        ("", 500, Kind::Refused),
        (", failure_type: system_error", 409, Kind::Refused),
        (", failure_type: system_error", 403, Kind::Authentication),
        (", failure_type: config_error", 409, Kind::Configuration),
        (", failure_type: transient_error", 409, TRANSIENT),
        (", failure_type: transient_error", 401, TRANSIENT),
    ];
    for (failure_type, status, kind) in table {
        let requester = filter(&format!(
            "action: FAIL, http_codes: [{status}]{failure_type}"
        ));
        let (error, sent) = failure(&requester, Reply::status(status, "")).await;
        assert_eq!((error.kind, sent), (kind, 1), "{failure_type} {status}");
    }
}

#[tokio::test]
async fn a_message_is_compared_whole() {
    let retry = |part: &str| {
        handler(
            &format!(
                "{{type: HttpResponseFilter, action: RETRY, error_message_contains: '{part}'}}"
            ),
            ", max_retries: 1",
        )
    };
    let far = format!("{} too busy", "x".repeat(500));
    let table = [
        ("busy", json!({"message": far}).to_string(), 2),
        (
            "busy",
            json!({"errors": [{"code": 7}, {"detail": "too busy"}]}).to_string(),
            2,
        ),
        (
            "one, two",
            json!({"error": [{"msg": "one"}, "two"]}).to_string(),
            2,
        ),
        ("busy", far.clone(), 2),
        // The first field that holds anything is the one that counts.
        (
            "busy",
            json!({"message": "no", "error": "busy"}).to_string(),
            1,
        ),
        (
            "busy",
            json!({"message": "", "error": "busy"}).to_string(),
            2,
        ),
        ("busy", json!({"text": "busy"}).to_string(), 1),
        ("Busy", json!({"message": far}).to_string(), 1),
    ];
    for (part, body, sent) in table {
        let (error, tries) = failure(&retry(part), Reply::status(400, &body)).await;
        assert_eq!(tries, sent, "{part} in {body}: {error}");
    }
}

#[tokio::test]
async fn a_manifest_says_how_often_a_request_is_repeated() {
    for (declared, sent) in [("0", 1), ("2", 3), ("'{{ 7 }}'", 8), ("-1", 1)] {
        let (error, tries) = failure(
            &handler("", &format!(", max_retries: {declared}")),
            Reply::status(503, ""),
        )
        .await;
        assert_eq!((error.kind, tries), (TRANSIENT, sent));
    }
    let (error, _) = failure(&handler("", ", max_retries: many"), Reply::status(503, "")).await;
    assert_eq!(error.kind, Kind::Configuration);
    assert!(
        error.message.contains("gives no number of retries"),
        "{error}"
    );
}

#[tokio::test]
async fn the_first_of_several_handlers_that_goes_on_decides() {
    let composite = |first: &str, second: &str| {
        format!(
            "error_handler: {{type: CompositeErrorHandler, error_handlers: [\
             {{response_filters: [{{type: HttpResponseFilter, {first}}}]}}, \
             {{response_filters: [{{type: HttpResponseFilter, {second}}}]}}]}}"
        )
    };
    // A handler that fails leaves the word to the next one, as the reference has it.
    let fails = composite(
        "action: FAIL, http_codes: [409]",
        "action: IGNORE, http_codes: [409]",
    );
    let (ignored, _) = ran(&fails, Reply::status(409, "")).await;
    assert_eq!(ignored.warnings(), ["answer_ignored"]);
    // The first handler asks again for what nobody foresaw, so the second is not asked.
    let (error, sent) = failure(&fails, Reply::status(410, "")).await;
    assert_eq!((error.kind, sent), (Kind::Refused, 6));
    // The same with an answer that is good.
    let late = composite(
        "action: RETRY, http_codes: [500]",
        "action: FAIL, predicate: \"{{ response.error }}\"",
    );
    let (good, _) = ran(&late, Reply::json(json!({"data": [], "error": true}))).await;
    assert!(good.end.is_some());
    // When none goes on, the last one decides.
    let last = composite(
        "action: RATE_LIMITED, http_codes: [403]",
        "action: FAIL, http_codes: [403], failure_type: transient_error",
    );
    assert_eq!(
        failure(&last, Reply::status(403, "")).await.0.kind,
        TRANSIENT
    );
    assert_eq!(
        failure(&last, Reply::status(429, "")).await.0.kind,
        Kind::Later { until: None }
    );
}

#[tokio::test]
async fn waits_are_read_from_headers_and_answers() {
    let wait = |strategy: &str| handler("", &format!(", backoff_strategies: [{strategy}]"));
    let until = |error: &SourceError| match error.kind {
        Kind::Later { until } => until.map(|until| (until - now()).num_seconds()),
        _ => None,
    };
    let reply = || {
        Reply::status(429, json!({"again": {"in": 55}}))
            .header("x-wait", "90 seconds")
            .header("x-behind", "wait 90")
            .header("x-reset", at("2024-03-01T00:05:00Z").timestamp())
            .header("x-past", at("2024-02-01T00:05:00Z").timestamp())
    };
    let constant = "{type: ConstantBackoffStrategy, backoff_time_in_seconds: 33}";
    let table = [
        (
            "{type: WaitTimeFromHeader, header: x-wait, regex: \"\\\\d+\"}".to_owned(),
            90,
        ),
        (
            "{type: WaitTimeFromHeader, header: X-Wait, regex: \"{{ '[0-9]+' }}\"}".to_owned(),
            90,
        ),
        // A pattern matches at the beginning; otherwise the whole header is taken.
        (
            format!(
                "{{type: WaitTimeFromHeader, header: x-behind, regex: \"\\\\d+\"}}, {constant}"
            ),
            33,
        ),
        (
            format!("{{type: WaitTimeFromHeader, header: x-wait}}, {constant}"),
            33,
        ),
        (
            format!("{{type: WaitTimeFromHeader, header: x-none}}, {constant}"),
            33,
        ),
        (
            "{type: WaitUntilTimeFromHeader, header: x-reset}".to_owned(),
            300,
        ),
        (
            "{type: WaitUntilTimeFromHeader, header: x-reset, min_wait: 400}".to_owned(),
            400,
        ),
        (
            "{type: WaitUntilTimeFromHeader, header: x-none, min_wait: 40}".to_owned(),
            40,
        ),
        (
            "{type: WaitUntilTimeFromHeader, header: x-past, min_wait: 40}".to_owned(),
            40,
        ),
        (
            format!("{{type: WaitUntilTimeFromHeader, header: x-past}}, {constant}"),
            33,
        ),
        (
            "{type: ConstantBackoffStrategy, backoff_time_in_seconds: \"{{ 70 + 7 }}\"}".to_owned(),
            77,
        ),
        (
            "{type: ExponentialBackoffStrategy, factor: 10}".to_owned(),
            20,
        ),
        (
            "{type: WaitTimeFromResponse, wait_time_in_seconds: \"{{ response.again.in }}\"}"
                .to_owned(),
            55,
        ),
        (
            format!(
                "{{type: WaitTimeFromResponse, wait_time_in_seconds: \"{{{{ response.no.in }}}}\"}}, {constant}"
            ),
            33,
        ),
    ];
    for (strategy, seconds) in table {
        let (error, _) = failure(&wait(&strategy), reply()).await;
        let found = until(&error).unwrap();
        assert!(
            (seconds - 1..=seconds + 5).contains(&found),
            "{strategy}: {found}"
        );
    }
    let jitter = "{type: ConstantBackoffStrategy, backoff_time_in_seconds: 100, jitter_range_in_seconds: 20}";
    let (error, _) = failure(&wait(jitter), reply()).await;
    let found = until(&error).unwrap();
    assert!((99..=145).contains(&found), "{found}");
}

#[tokio::test]
async fn a_wait_belongs_to_all_handlers_together() {
    let composite = "error_handler: {type: CompositeErrorHandler, error_handlers: [\
        {response_filters: [{type: HttpResponseFilter, action: RETRY, http_codes: [503]}]}, \
        {backoff_strategies: [{type: ConstantBackoffStrategy, backoff_time_in_seconds: 60}]}]}";
    let (error, sent) = failure(composite, Reply::status(503, "")).await;
    let Kind::Transient {
        not_before: Some(at),
    } = error.kind
    else {
        panic!("{error:?}")
    };
    assert_eq!(sent, 1);
    assert!((55..=65).contains(&(at - now()).num_seconds()), "{at}");
}

#[tokio::test]
async fn a_wait_beyond_what_the_manifest_allows_ends_the_attempt() {
    let requester = handler(
        "",
        ", backoff_strategies: [{type: WaitTimeFromHeader, header: x-wait, max_waiting_time_in_seconds: 1}]",
    );
    let (error, sent) = failure(&requester, Reply::status(503, "").header("x-wait", 1)).await;
    assert!(matches!(
        error.kind,
        Kind::Transient {
            not_before: Some(_)
        }
    ));
    assert_eq!(sent, 1);
}

#[tokio::test]
async fn a_short_wait_that_the_provider_names_is_waited_out() {
    let count = AtomicUsize::new(0);
    let server = Server::start(move |_| match count.fetch_add(1, Ordering::SeqCst) {
        0 => Reply::status(429, "").header("retry-after", 0),
        _ => Reply::json(json!({"data": [{"id": 1}]})),
    })
    .await;
    let ran = run(
        &source(&Items::default().yaml(), json!({"url": server.url})),
        Ask::of("items"),
    )
    .await;
    assert_eq!(ran.keys(), ["1"]);
    assert_eq!(ran.pages[0].cost.requests, 2);
}

#[tokio::test]
async fn without_a_token_to_refresh_the_request_is_just_repeated() {
    let requester = handler(
        "{type: HttpResponseFilter, action: REFRESH_TOKEN_THEN_RETRY, http_codes: [401]}",
        ", max_retries: 2",
    );
    let (error, sent) = failure(&requester, Reply::status(401, "")).await;
    assert_eq!((error.kind, sent), (TRANSIENT, 3));
}
