use reqwest::StatusCode;
use serde_json::{Value, json};
use syncline_demo::{DemoConfig, Model};

use crate::reader::{Walk, get, ids, small, sorted, start};

#[tokio::test]
async fn each_style_walks_everything_exactly_once() {
    let demo = start(small());
    for model in Model::ALL {
        for limit in [1, 7, 30, 1_000] {
            let read = Walk::new(&demo, model, limit).rest().await;
            assert_eq!(
                sorted(read),
                sorted(demo.truth(model)),
                "{model} by {limit}"
            );
        }
    }
}

#[tokio::test]
async fn each_style_walks_everything_exactly_once_after_changes() {
    let demo = start(small());
    demo.advance(9);
    for model in Model::ALL {
        let read = Walk::new(&demo, model, 10).rest().await;
        assert_eq!(sorted(read), sorted(demo.truth(model)), "{model}");
    }
}

#[tokio::test]
async fn changes_in_the_middle_of_a_pass_hide_no_row_that_stays() {
    let demo = start(small());
    for model in Model::ALL {
        for filter in ["", "updated_since=2024-06-01T00:00:00Z"] {
            let at_start = ids(&Walk::new(&demo, model, 1_000).filtered(filter).rest().await);
            let mut walk = Walk::new(&demo, model, 6).filtered(filter);
            let mut read = Vec::new();
            while !walk.ended {
                read.extend(walk.next().await);
                // The end of a cursor list runs ahead of a reader that is as slow as the changes.
                if read.len() < 100 {
                    demo.advance(1);
                }
            }
            let stayed: Vec<_> = ids(&demo.truth(model))
                .intersection(&at_start)
                .cloned()
                .collect();
            let read = ids(&read);
            assert!(stayed.len() > 20, "{model} {filter}");
            assert!(
                stayed.iter().all(|id| read.contains(id)),
                "{model} {filter}"
            );
        }
    }
}

#[tokio::test]
async fn the_envelopes() {
    let demo = start(small());
    let envelope = async |path: &str| {
        let mut page: Value = get(&demo, path).await.json().await.unwrap();
        let count = page["data"].as_array().unwrap().len();
        page["data"] = count.into();
        page
    };
    assert_eq!(
        envelope("/customers?page=2&per_page=20").await,
        json!({"data":20,"page":2,"per_page":20,"total":50,"total_pages":3})
    );
    assert_eq!(
        envelope("/invoices?offset=110&limit=20").await,
        json!({"data":10,"limit":20,"offset":110,"total":120})
    );
    assert_eq!(
        envelope("/invoices?offset=18446744073709551615").await,
        json!({"data":0,"limit":100,"offset":u64::MAX,"total":120})
    );
    assert_eq!(
        envelope("/payments?limit=90").await,
        json!({"data":90,"has_more":false,"next_cursor":null})
    );
    let more = envelope("/payments?limit=89").await;
    assert_eq!(more["has_more"], true);
    assert!(more["next_cursor"].as_str().unwrap().starts_with("cur_"));
}

#[tokio::test]
async fn empty_models_answer_empty_pages() {
    let nothing = DemoConfig {
        customers: 0,
        invoices: 0,
        payments: 0,
        ..small()
    };
    let demo = start(nothing);
    for model in Model::ALL {
        assert_eq!(demo.prerender(model, 10), 1);
        assert!(Walk::new(&demo, model, 10).rest().await.is_empty());
    }
    demo.advance(1);
    for model in Model::ALL {
        let read = Walk::new(&demo, model, 10).rest().await;
        assert_eq!(read.len(), 2);
        assert_eq!(sorted(read), sorted(demo.truth(model)));
    }
}

#[tokio::test]
async fn bad_parameters_are_refused() {
    let demo = start(small());
    let bad = [
        "/customers?page=0",
        "/customers?per_page=0",
        "/customers?per_page=1001",
        "/customers?offset=5",
        "/invoices?offset=-1",
        "/invoices?limit=many",
        "/invoices?limit=99999999999999999999999",
        "/payments?cursor=",
        "/payments?cursor=cur_00",
        "/payments?cursor=cur_+00000000000000000000000",
        "/payments?updated_since=yesterday",
        "/payments?updated_before=2026-01-01",
    ];
    for path in bad {
        let response = get(&demo, path).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{path}");
        let body: Value = response.json().await.unwrap();
        assert_eq!(body["error"]["code"], "invalid_request", "{path}");
    }
}

#[tokio::test]
async fn prerendered_pages_are_the_same_pages() {
    let (demo, plain) = (start(small()), start(small()));
    for (model, pages) in [
        (Model::Customers, 2),
        (Model::Invoices, 3),
        (Model::Payments, 3),
    ] {
        assert_eq!(demo.prerender(model, 40), pages.max(2), "{model}");
        let ready = Walk::new(&demo, model, 40).rest().await;
        assert_eq!(ready, Walk::new(&plain, model, 40).rest().await, "{model}");
        assert_eq!(ready.len(), demo.count(model));
    }
}

#[tokio::test]
async fn without_room_to_keep_pages_the_answers_are_the_same() {
    let (small_cache, plain) = (
        start(DemoConfig {
            cache_bytes: 0,
            ..small()
        }),
        start(small()),
    );
    for model in Model::ALL {
        let read = Walk::new(&small_cache, model, 40).rest().await;
        assert_eq!(read, Walk::new(&plain, model, 40).rest().await, "{model}");
    }
}
