//! The client, against a server of a few lines that answers from a script.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::thread::JoinHandle;

use serde_json::json;
use syncline_test_support::Api;

/// Answers one request for each of the given answers; ends with the request lines and the
/// `Authorization` headers that it saw.
fn scripted(answers: &'static [(&str, &str)]) -> (String, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let seen = std::thread::spawn(move || {
        let mut seen = Vec::new();
        for (headers, body) in answers {
            let (stream, _) = listener.accept().unwrap();
            let mut lines = BufReader::new(&stream).lines().map_while(Result::ok);
            let mut request = lines.next().unwrap();
            for line in lines.take_while(|line| !line.is_empty()) {
                if let Some(token) = line.strip_prefix("authorization: ") {
                    request = format!("{request} {token}");
                }
            }
            seen.push(request);
            let length = body.len();
            write!(
                &stream,
                "HTTP/1.1 200 OK\r\n{headers}connection: close\r\ncontent-length: {length}\r\n\r\n{body}"
            )
            .unwrap();
        }
        seen
    });
    (url, seen)
}

fn stranger(url: &str, token: &str) -> Api {
    Api::new(url, token).of_a_stranger()
}

#[tokio::test]
#[should_panic(expected = "which openapi/openapi.json does not say")]
async fn what_the_document_does_not_say_fails() {
    let (url, _) = scripted(&[("", r#"{"id":"sync_1"}"#)]);
    Api::new(&url, "t")
        .get("/v2/integrations/syncs/sync_1")
        .await;
}

#[tokio::test]
async fn a_list_is_read_to_its_last_page() {
    let (url, seen) = scripted(&[
        ("next-cursor: a/b\r\n", "[1,2]"),
        ("next-cursor: c\r\n", "[3]"),
        ("", "[4]"),
    ]);
    let all = stranger(&url, "secret").all("/v2/things?limit=2").await;
    assert_eq!(all, [1, 2, 3, 4].map(|number| json!(number)));
    assert_eq!(
        seen.join().unwrap(),
        [
            "GET /v2/things?limit=2 HTTP/1.1 Bearer secret",
            "GET /v2/things?limit=2&cursor=a%2Fb HTTP/1.1 Bearer secret",
            "GET /v2/things?limit=2&cursor=c HTTP/1.1 Bearer secret",
        ]
    );
}

#[tokio::test]
async fn a_feed_ends_on_its_first_empty_page() {
    let (url, _) = scripted(&[("next-cursor: a\r\n", "[1]"), ("next-cursor: a\r\n", "[]")]);
    assert_eq!(stranger(&url, "t").all("/feed").await, [json!(1)]);
}

#[tokio::test]
#[should_panic(expected = "to itself")]
async fn a_list_that_turns_in_a_circle_fails() {
    let (url, _) = scripted(&[("next-cursor: a\r\n", "[1]"), ("next-cursor: a\r\n", "[1]")]);
    stranger(&url, "t").all("/list").await;
}

#[tokio::test]
async fn a_sync_is_waited_for_until_it_is_final() {
    let (url, seen) = scripted(&[
        ("", r#"{"id":"sync_1","status":"running"}"#),
        ("", r#"{"id":"sync_1","status":"complete"}"#),
    ]);
    let sync = stranger(&url, "").wait_for_sync("sync_1").await;
    assert_eq!(sync["status"], "complete");
    assert_eq!(
        seen.join().unwrap(),
        ["GET /v2/integrations/syncs/sync_1?wait=30 HTTP/1.1"; 2]
    );
}

#[tokio::test]
#[should_panic(expected = r#"should answer 201, not 200: {"why":"so"}"#)]
async fn a_wrong_status_shows_the_answer() {
    let (url, _) = scripted(&[("", r#"{"why":"so"}"#)]);
    let answer = stranger(&url, "").post("/things", json!({})).await;
    answer.expect_status(201);
}
