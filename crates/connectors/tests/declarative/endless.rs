//! Answers that never end, or that unfold into more than anybody asked for.

use std::io::Write;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;
use syncline_connectors::SourceOptions;
use syncline_connectors::error::{SourceError, SourceErrorKind as Kind};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::manifests::Items;
use crate::run::{Ask, options, run, source_with};
use crate::server::{Reply, Server};

const CAP: u64 = 1024 * 1024;

fn capped() -> SourceOptions {
    SourceOptions {
        max_answer_bytes: CAP,
        spool_above_bytes: 64 * 1024,
        tries: 1,
        ..options()
    }
}

async fn failure(url: &str, options: SourceOptions) -> SourceError {
    let source = source_with(&Items::default().yaml(), json!({"url": url}), options);
    let begun = Instant::now();
    let ran = run(&source, Ask::of("items")).await;
    assert!(begun.elapsed() < Duration::from_secs(20), "in bounded time");
    assert!(ran.pages.is_empty());
    ran.error.unwrap()
}

/// Answers each request with this head, and then with the same piece for ever; gives its URL and
/// a count of the bytes that somebody took.
async fn endless(
    head: &'static str,
    piece: &'static [u8],
    pause: Duration,
) -> (String, tokio::sync::watch::Receiver<u64>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (taken, count) = tokio::sync::watch::channel(0);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            pour(stream, head, piece, pause, &taken).await;
        }
    });
    (url, count)
}

async fn pour(
    mut stream: TcpStream,
    head: &str,
    piece: &[u8],
    pause: Duration,
    taken: &tokio::sync::watch::Sender<u64>,
) {
    let mut request = [0; 4096];
    let _ = stream.read(&mut request).await;
    let _ = stream.write_all(head.as_bytes()).await;
    while stream.write_all(piece).await.is_ok() {
        taken.send_modify(|count| *count += piece.len() as u64);
        if !pause.is_zero() {
            tokio::time::sleep(pause).await;
        }
    }
}

fn assert_too_large(error: &SourceError) {
    assert_eq!(error.kind, Kind::Refused, "{error}");
    assert!(error.message.contains("more than 1048576 bytes"), "{error}");
    assert!(error.message.contains("--max-answer-bytes"), "{error}");
}

#[tokio::test]
async fn an_answer_without_an_end_is_cut_at_the_cap() {
    // Chunks of 16 KiB, and never a last one.
    let mut chunk = b"4000\r\n".to_vec();
    chunk.resize(chunk.len() + 0x4000, b'[');
    chunk.extend(b"\r\n");
    let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    let (url, taken) = endless(head, chunk.leak(), Duration::ZERO).await;
    let error = failure(&url, capped()).await;
    assert_too_large(&error);
    let bytes = u64::try_from(error.cost.bytes).unwrap();
    assert!((CAP..CAP + 128 * 1024).contains(&bytes), "{bytes}");
    // What lies in the buffers between the two was sent as well.
    assert!(*taken.borrow() < CAP + 32 * 1024 * 1024);
}

#[tokio::test]
async fn an_answer_that_announces_too_much_is_not_read_at_all() {
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 200000000\r\n\r\n";
    let (url, _) = endless(head, &[b' '; 0x4000], Duration::ZERO).await;
    let error = failure(&url, capped()).await;
    assert_too_large(&error);
    assert_eq!(error.cost.bytes, 0);
}

#[tokio::test]
async fn an_answer_that_drips_is_given_up_though_it_is_never_silent() {
    let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    let (url, _) = endless(head, b"1\r\n[\r\n", Duration::from_millis(20)).await;
    let options = SourceOptions {
        silence_timeout: Duration::from_secs(10),
        answer_timeout: Duration::from_millis(300),
        ..capped()
    };
    let error = failure(&url, options).await;
    assert_eq!(error.kind, Kind::Transient { not_before: None });
    assert!(
        error
            .message
            .contains("did not end its answer within 0.3 s"),
        "{error}"
    );
}

#[tokio::test]
async fn an_answer_that_falls_silent_is_given_up() {
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n";
    let (url, _) = endless(head, b"[", Duration::from_secs(3600)).await;
    let options = SourceOptions {
        silence_timeout: Duration::from_millis(200),
        ..capped()
    };
    let error = failure(&url, options).await;
    assert_eq!(error.kind, Kind::Transient { not_before: None });
    assert!(
        error
            .message
            .contains("fell silent inside its answer for 0.2 s"),
        "{error}"
    );
}

/// 200 MB of one byte in 200 KB.
#[tokio::test]
async fn a_small_answer_that_unfolds_into_a_large_one_is_a_large_one() {
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    for _ in 0..200 {
        packer.write_all(&vec![b' '; 1_000_000]).unwrap();
    }
    let packed = packer.finish().unwrap();
    assert!(packed.len() < 300_000, "{}", packed.len());
    let server = Server::start(move |_| Reply {
        body: packed.clone(),
        ..Reply::json("").header("content-encoding", "gzip")
    })
    .await;
    let error = failure(&server.url, capped()).await;
    assert_too_large(&error);
    let bytes = u64::try_from(error.cost.bytes).unwrap();
    assert!((CAP..CAP + 128 * 1024).contains(&bytes), "{bytes}");
}
