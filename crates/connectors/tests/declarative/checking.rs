//! A connection's check.

use serde_json::json;

use crate::manifests::Items;
use crate::run::{now, source};
use crate::server::{Reply, Server};

#[tokio::test]
async fn a_good_answer_is_healthy_even_without_records() {
    let server = Server::start(|_| Reply::json(json!({"data": []}))).await;
    let health = source(&Items::default().yaml(), json!({"url": server.url}))
        .check(now())
        .await;
    assert_eq!(
        (
            health.healthy,
            health.authentication_required,
            health.timestamp
        ),
        (Some(true), false, Some(now()))
    );
    assert_eq!(server.targets().len(), 1);
}

#[tokio::test]
async fn a_refused_credential_says_what_to_do() {
    let server = Server::start(|_| Reply::status(401, json!({"message": "expired"}))).await;
    let health = source(&Items::default().yaml(), json!({"url": server.url}))
        .check(now())
        .await;
    assert_eq!(
        (
            health.healthy,
            health.authentication_required,
            health.status_code
        ),
        (Some(false), true, Some(401))
    );
    assert!(health.message.unwrap().contains("expired"));
    assert!(
        health
            .suggested_resolution
            .unwrap()
            .contains("valid credential")
    );
}

#[tokio::test]
async fn a_provider_that_is_gone_is_unhealthy_without_a_status() {
    let gone = Server::start(|_| Reply::json("{}")).await.url.clone();
    let health = source(&Items::default().yaml(), json!({"url": gone}))
        .check(now())
        .await;
    assert_eq!(
        (
            health.healthy,
            health.authentication_required,
            health.status_code
        ),
        (Some(false), false, None)
    );
    assert!(health.message.unwrap().contains("cannot be reached"));
}

#[tokio::test]
async fn a_check_of_an_unknown_stream_is_a_problem_of_the_manifest() {
    let manifest = Items::default()
        .yaml()
        .replace("stream_names: [items]", "stream_names: [none]");
    let health = source(&manifest, json!({"url": "http://127.0.0.1:1"}))
        .check(now())
        .await;
    assert!(health.message.unwrap().contains("no stream `none`"));
}

#[tokio::test]
async fn without_names_the_first_stream_that_can_be_read_is_checked() {
    let server = Server::start(|_| Reply::json(json!({"data": []}))).await;
    let manifest = Items::default().yaml().replace(
        "{type: CheckStream, stream_names: [items]}",
        "{type: CheckDynamicStream}",
    );
    let health = source(&manifest, json!({"url": server.url}))
        .check(now())
        .await;
    assert_eq!((health.healthy, server.targets().len()), (Some(true), 1));
}
