use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use syncline_demo::{Advanced, Demo, DemoConfig, Model, ServedLog};

use crate::reader::{Walk, client, get, ids, small, start};

async fn call(demo: &Demo, method: Method, path: &str, body: Value) -> reqwest::Response {
    let url = format!("{}{path}", demo.url());
    client()
        .request(method, url)
        .bearer_auth("demo-token")
        .json(&body)
        .send()
        .await
        .unwrap()
}

#[tokio::test]
async fn the_log_says_what_was_served() {
    let demo = start(small());
    let read = Walk::new(&demo, Model::Invoices, 50).rest().await;
    let log = demo.log();
    let summary: Vec<_> = log
        .iter()
        .map(|served| {
            (
                served.sequence,
                served.path.as_str(),
                served.query.as_str(),
                served.status,
                served.count,
            )
        })
        .collect();
    assert_eq!(
        summary,
        [
            (1, "/invoices", "limit=50&offset=0", Some(200), 50),
            (2, "/invoices", "limit=50&offset=50", Some(200), 50),
            (3, "/invoices", "limit=50&offset=100", Some(200), 20),
        ]
    );
    let logged: Vec<String> = log.iter().flat_map(|served| served.ids.clone()).collect();
    assert_eq!(
        logged,
        read.iter().map(crate::reader::id).collect::<Vec<_>>()
    );
    assert_eq!(log[2].last_id.as_deref(), logged.last().map(String::as_str));
    assert!(
        log.iter()
            .all(|served| served.method == "GET" && served.model == Some(Model::Invoices))
    );
    assert_eq!(demo.totals(), (3, 120));
    demo.clear_log();
    assert!(demo.log().is_empty());
    assert_eq!(demo.totals(), (3, 120));
}

#[tokio::test]
async fn the_log_is_bounded_and_counts_what_it_forgets() {
    let demo = start(DemoConfig {
        log_capacity: 4,
        log_ids: false,
        ..small()
    });
    Walk::new(&demo, Model::Payments, 10).rest().await;
    let sequences: Vec<u64> = demo.log().iter().map(|served| served.sequence).collect();
    assert_eq!(sequences, [6, 7, 8, 9]);
    assert!(
        demo.log()
            .iter()
            .all(|served| served.ids.is_empty() && served.count == 10)
    );
    assert_eq!(demo.totals(), (9, 90));
}

#[tokio::test]
async fn the_log_over_http_is_the_log() {
    let demo = start(small());
    Walk::new(&demo, Model::Payments, 30).rest().await;
    let log: ServedLog = get(&demo, "/_demo/log").await.json().await.unwrap();
    assert_eq!(Vec::from(log.entries), demo.log());
    assert_eq!((log.requests, log.records), (3, 90));
    let later: ServedLog = get(&demo, "/_demo/log?after=2").await.json().await.unwrap();
    assert_eq!(later.entries.len(), 1);
    assert_eq!(
        call(&demo, Method::DELETE, "/_demo/log", Value::Null)
            .await
            .status(),
        StatusCode::NO_CONTENT
    );
    assert!(demo.log().is_empty());
}

#[tokio::test]
async fn the_truth_over_http_is_the_truth() {
    let demo = start(DemoConfig {
        invoices: 2_500,
        ..small()
    });
    demo.advance(2);
    for model in Model::ALL {
        let truth: Vec<Value> = get(&demo, &format!("/_demo/truth/{model}"))
            .await
            .json()
            .await
            .unwrap();
        assert_eq!(truth, demo.truth(model), "{model}");
        assert_eq!(truth.len(), ids(&truth).len(), "{model}");
    }
    assert_eq!(
        get(&demo, "/_demo/truth/orders").await.status(),
        StatusCode::NOT_FOUND
    );
    let empty = start(DemoConfig {
        customers: 0,
        invoices: 0,
        payments: 0,
        ..small()
    });
    assert_eq!(
        get(&empty, "/_demo/truth/invoices")
            .await
            .text()
            .await
            .unwrap(),
        "[]"
    );
}

#[tokio::test]
async fn advance_over_http_does_the_same_as_the_call() {
    let (one, other) = (start(small()), start(small()));
    let answered: Advanced = call(&one, Method::POST, "/_demo/advance", json!({"steps": 3}))
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(answered, other.advance(3));
    assert_eq!(one.truth(Model::Customers), other.truth(Model::Customers));
}

#[tokio::test]
async fn faults_over_http() {
    let demo = start(small());
    let plan = json!({"rules": [
        {"fault": {"kind": "too_many_requests", "retry_after": 1}, "when": {"nth": [1]}, "model": "payments"},
        {"fault": {"kind": "cut"}, "when": "always", "model": "customers"},
    ]});
    assert_eq!(
        call(&demo, Method::PUT, "/_demo/faults", plan.clone())
            .await
            .status(),
        StatusCode::NO_CONTENT
    );
    assert_eq!(
        get(&demo, "/_demo/faults")
            .await
            .json::<Value>()
            .await
            .unwrap(),
        plan
    );
    assert_eq!(
        get(&demo, "/payments").await.status(),
        StatusCode::TOO_MANY_REQUESTS
    );
    assert!(get(&demo, "/customers").await.bytes().await.is_err());
    assert_eq!(
        call(&demo, Method::DELETE, "/_demo/faults", Value::Null)
            .await
            .status(),
        StatusCode::NO_CONTENT
    );
    assert!(get(&demo, "/customers").await.bytes().await.is_ok());
}

#[tokio::test]
async fn wrong_orders_are_refused() {
    let demo = start(small());
    let wrong = [
        (
            Method::PUT,
            "/_demo/faults",
            json!({"rules": [{"fault": {"kind": "explode"}, "when": "always"}]}),
        ),
        (
            Method::PUT,
            "/_demo/faults",
            json!({"rules": [{"fault": {"kind": "cut"}, "when": {"rate": 2}}]}),
        ),
        (Method::POST, "/_demo/advance", json!({"steps": -1})),
        (Method::POST, "/_demo/advance", json!({"steps": 100_001})),
        (Method::PUT, "/_demo/gate", json!({})),
        (
            Method::POST,
            "/_demo/prerender",
            json!({"model": "orders", "page_size": 10}),
        ),
        (
            Method::POST,
            "/_demo/prerender",
            json!({"model": "invoices", "page_size": 0}),
        ),
    ];
    for (method, path, body) in wrong {
        let response = call(&demo, method, path, body.clone()).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{path} {body}");
        assert_eq!(
            response.json::<Value>().await.unwrap()["error"]["code"],
            "invalid_request"
        );
    }
}

#[tokio::test]
async fn prerender_over_http() {
    let demo = start(small());
    let order = json!({"model": "invoices", "page_size": 50});
    let answer: Value = call(&demo, Method::POST, "/_demo/prerender", order)
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(answer["pages"], 3);
}
