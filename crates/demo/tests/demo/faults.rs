use std::time::{Duration, Instant};

use reqwest::StatusCode;
use serde_json::Value;
use syncline_demo::{DemoConfig, Fault, FaultPlan, FaultRule, Model, When};

use crate::reader::{Walk, client, get, id, ids, small, start};

fn first(fault: Fault) -> FaultPlan {
    FaultPlan::one(fault, When::Nth(vec![1]))
}

#[tokio::test]
async fn too_many_requests() {
    let demo = start(DemoConfig {
        faults: first(Fault::TooManyRequests { retry_after: 7 }),
        ..small()
    });
    let response = get(&demo, "/invoices").await;
    assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(response.headers()["retry-after"], "7");
    assert_eq!(
        response.json::<Value>().await.unwrap()["error"]["code"],
        "rate_limited"
    );
    assert_eq!(get(&demo, "/invoices").await.status(), StatusCode::OK);
}

#[tokio::test]
async fn server_error() {
    let demo = start(DemoConfig {
        faults: first(Fault::ServerError { status: 503 }),
        ..small()
    });
    assert_eq!(
        get(&demo, "/invoices").await.status(),
        StatusCode::SERVICE_UNAVAILABLE
    );
    assert_eq!(get(&demo, "/invoices").await.status(), StatusCode::OK);
    let served = demo.log();
    assert_eq!((served[0].status, served[0].count), (Some(503), 0));
    assert_eq!((served[1].status, served[1].count), (Some(200), 100));
}

#[tokio::test]
async fn slow() {
    let demo = start(DemoConfig {
        faults: first(Fault::Slow { millis: 80 }),
        ..small()
    });
    let begun = Instant::now();
    assert_eq!(get(&demo, "/invoices").await.status(), StatusCode::OK);
    assert!(begun.elapsed() >= Duration::from_millis(80));
    assert_eq!(demo.log()[0].count, 100);
}

#[tokio::test]
async fn drop_answers_nothing_at_all() {
    let demo = start(DemoConfig {
        faults: first(Fault::Drop),
        ..small()
    });
    let url = format!("{}/invoices", demo.url());
    let error = client()
        .get(&url)
        .bearer_auth("demo-token")
        .send()
        .await
        .unwrap_err();
    assert!(error.is_request(), "{error:?}");
    assert_eq!(get(&demo, "/invoices").await.status(), StatusCode::OK);
    assert_eq!(
        (demo.log()[0].status, demo.log()[0].fault),
        (None, Some(Fault::Drop))
    );
}

#[tokio::test]
async fn cut_breaks_off_in_the_body() {
    let demo = start(DemoConfig {
        faults: first(Fault::Cut),
        ..small()
    });
    let mut response = get(&demo, "/invoices").await;
    assert_eq!(response.status(), StatusCode::OK);
    let promised = response.content_length().unwrap() as usize;
    let mut got = 0;
    let broken = loop {
        match response.chunk().await {
            Ok(Some(bytes)) => got += bytes.len(),
            Ok(None) => break false,
            Err(_) => break true,
        }
    };
    assert!(broken);
    assert_eq!(got, promised / 2);
    assert_eq!((demo.log()[0].status, demo.log()[0].count), (Some(200), 0));
}

#[tokio::test]
async fn truncate_ends_the_json_early() {
    let demo = start(DemoConfig {
        faults: first(Fault::Truncate),
        ..small()
    });
    let body = get(&demo, "/invoices").await.bytes().await.unwrap();
    assert!(serde_json::from_slice::<Value>(&body).unwrap_err().is_eof());
    assert_eq!(demo.log()[0].count, 0);
}

#[tokio::test]
async fn duplicate_repeats_a_record_and_hides_none() {
    let faults = FaultPlan::one(Fault::Duplicate, When::Always);
    let demo = start(DemoConfig { faults, ..small() });
    for (model, repeats) in [
        (Model::Customers, 2),
        (Model::Invoices, 1),
        (Model::Payments, 3),
    ] {
        let mut walk = Walk::new(&demo, model, 32);
        let first = walk.next().await;
        if model != Model::Invoices {
            assert_eq!(id(&first[0]), id(first.last().unwrap()), "{model}");
        }
        let read: Vec<Value> = first.into_iter().chain(walk.rest().await).collect();
        assert_eq!(ids(&read), ids(&demo.truth(model)), "{model}");
        assert_eq!(read.len(), demo.count(model) + repeats, "{model}");
    }
    demo.set_faults(FaultPlan::default()).unwrap();
    assert_eq!(
        Walk::new(&demo, Model::Payments, 32).rest().await.len(),
        demo.count(Model::Payments)
    );
}

#[tokio::test]
async fn rules_count_by_model_and_the_first_that_fires_decides() {
    let rules = vec![
        FaultRule {
            fault: Fault::ServerError { status: 500 },
            when: When::Every(3),
            model: Some(Model::Invoices),
        },
        FaultRule {
            fault: Fault::ServerError { status: 502 },
            when: When::Nth(vec![2, 6, 8]),
            model: None,
        },
    ];
    let demo = start(DemoConfig {
        faults: FaultPlan { rules },
        ..small()
    });
    let mut statuses = Vec::new();
    for path in [
        "/invoices",
        "/payments",
        "/invoices",
        "/payments",
        "/invoices",
        "/invoices",
        "/invoices",
        "/invoices",
    ] {
        statuses.push(get(&demo, path).await.status().as_u16());
    }
    assert_eq!(statuses, [200, 502, 200, 200, 500, 502, 200, 500]);
}

#[tokio::test]
async fn a_rate_hits_its_share_and_the_same_requests_each_time() {
    let faults = FaultPlan::one(Fault::ServerError { status: 500 }, When::Rate(0.3));
    let demo = start(DemoConfig {
        faults: faults.clone(),
        ..small()
    });
    let mut runs = Vec::new();
    for _ in 0..2 {
        demo.set_faults(faults.clone()).unwrap();
        let mut failed = Vec::new();
        for _ in 0..200 {
            failed.push(get(&demo, "/payments?limit=1").await.status() != StatusCode::OK);
        }
        runs.push(failed);
    }
    assert_eq!(runs[0], runs[1]);
    let failures = runs[0].iter().filter(|failed| **failed).count();
    assert!((40..=80).contains(&failures), "{failures} of 200");
}

#[test]
fn impossible_plans_are_refused() {
    let demo = start(small());
    let server_error = Fault::ServerError { status: 500 };
    let impossible = [
        FaultPlan::one(server_error, When::Nth(vec![0])),
        FaultPlan::one(server_error, When::Every(0)),
        FaultPlan::one(server_error, When::Rate(1.5)),
        FaultPlan::one(server_error, When::Rate(f64::NAN)),
        FaultPlan::one(Fault::ServerError { status: 404 }, When::Always),
    ];
    for plan in impossible {
        assert!(demo.set_faults(plan.clone()).is_err(), "{plan:?}");
    }
}
