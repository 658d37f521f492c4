use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::reader::{client, get, small, start};

#[tokio::test]
async fn a_missing_or_wrong_token_is_refused() {
    let demo = start(small());
    for path in [
        "/customers",
        "/ping",
        "/nowhere",
        "/_demo/log",
        "/_demo/truth/invoices",
    ] {
        for header in [
            None,
            Some("Bearer wrong"),
            Some("Basic demo-token"),
            Some("demo-token"),
            Some("Bearer "),
        ] {
            let mut request = client().get(format!("{}{path}", demo.url()));
            if let Some(header) = header {
                request = request.header("authorization", header);
            }
            let response = request.send().await.unwrap();
            assert_eq!(
                response.status(),
                StatusCode::UNAUTHORIZED,
                "{path} {header:?}"
            );
            assert_eq!(response.headers()["www-authenticate"], "Bearer");
            let body: Value = response.json().await.unwrap();
            assert_eq!(body["error"]["code"], "unauthorized");
        }
    }
    assert!(
        demo.log()
            .iter()
            .all(|served| served.status == Some(401) && served.count == 0)
    );
}

#[tokio::test]
async fn the_token_opens_and_home_needs_none() {
    let demo = start(small());
    assert_eq!(
        get(&demo, "/ping").await.json::<Value>().await.unwrap()["ok"],
        true
    );
    let home: Value = client()
        .get(demo.url())
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(home["lists"]["/invoices"]["count"], 120);
}

#[tokio::test]
async fn unknown_paths_and_methods_are_refused_in_json() {
    let demo = start(small());
    let unknown = get(&demo, "/nowhere").await;
    assert_eq!(unknown.status(), StatusCode::NOT_FOUND);
    assert_eq!(
        unknown.json::<Value>().await.unwrap()["error"]["code"],
        "not_found"
    );
    let url = format!("{}/invoices", demo.url());
    let posted = client()
        .request(Method::POST, url)
        .bearer_auth("demo-token")
        .send()
        .await
        .unwrap();
    assert_eq!(posted.status(), StatusCode::METHOD_NOT_ALLOWED);
}
