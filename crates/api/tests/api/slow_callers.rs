//! Callers that hold a connection for nothing, on a real socket.

use std::net::{SocketAddr, TcpListener};
use std::time::{Duration, Instant};

use syncline_api::{LimitOptions, Limits};
use syncline_test_support::{TestDatabase, both_databases};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::test_app::TestApp;

const PATIENCE: Duration = Duration::from_millis(300);

/// Far beyond what a limit takes: a caller that is not cut off fails the test.
const FOREVER: Duration = Duration::from_secs(20);

struct Served {
    app: TestApp,
    address: SocketAddr,
    task: tokio::task::JoinHandle<std::io::Result<()>>,
}

impl Served {
    async fn start(db: &TestDatabase) -> Self {
        Self::keeping_alive(db, PATIENCE).await
    }

    async fn keeping_alive(db: &TestDatabase, keep_alive: Duration) -> Self {
        let options = LimitOptions {
            head_timeout: PATIENCE,
            body_timeout: PATIENCE,
            write_timeout: PATIENCE,
            keep_alive,
            ..LimitOptions::default()
        };
        let app = TestApp::changed(db, |api| api.limits = Limits::new(options)).await;
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let task = tokio::spawn(syncline_api::serve(listener, app.api.clone()));
        Self { app, address, task }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    async fn stop(self) {
        self.app.api.shutdown.cancel();
        self.task.await.unwrap().unwrap();
    }
}

/// What came until the server hung up, and how long that took.
async fn until_cut(stream: &mut TcpStream) -> (String, Duration) {
    let begun = Instant::now();
    let mut answer = Vec::new();
    // A connection that is reset is cut off, too.
    let _ = tokio::time::timeout(FOREVER, stream.read_to_end(&mut answer))
        .await
        .unwrap();
    (
        String::from_utf8_lossy(&answer).into_owned(),
        begun.elapsed(),
    )
}

/// The same, while a byte goes out every now and then.
async fn trickle(mut stream: TcpStream, bytes: &[u8]) -> (String, Duration) {
    let begun = Instant::now();
    let (mut reader, mut writer) = stream.split();
    let dripping = async {
        let mut drops = bytes.iter().cycle();
        while let Some(drop) = drops.next()
            && writer.write_all(&[*drop]).await.is_ok()
        {
            tokio::time::sleep(PATIENCE / 10).await;
        }
        std::future::pending::<()>().await;
    };
    let mut answer = Vec::new();
    let reading = tokio::time::timeout(FOREVER, reader.read_to_end(&mut answer));
    let _ = tokio::select! {
        read = reading => read.unwrap(),
        () = dripping => unreachable!("it drips until the end"),
    };
    (
        String::from_utf8_lossy(&answer).into_owned(),
        begun.elapsed(),
    )
}

fn assert_soon(elapsed: Duration) {
    assert!(elapsed < FOREVER / 2, "cut off late: {elapsed:?}");
}

both_databases! {
    async fn a_head_that_comes_slowly_or_not_at_all_is_cut(db: TestDatabase) {
        let served = Served::start(&db).await;
        let (_, elapsed) = until_cut(&mut served.connect().await).await;
        assert_soon(elapsed);
        let mut started = served.connect().await;
        started.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\nx-slow: ").await.unwrap();
        let (answer, elapsed) = trickle(started, b"x").await;
        assert_soon(elapsed);
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{answer}");
        served.stop().await;
    }

    /// The first request of a connection is answered, and the second one drips.
    async fn a_later_head_that_comes_slowly_is_cut_too(db: TestDatabase) {
        let served = Served::start(&db).await;
        let mut second = served.connect().await;
        second
            .write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\nGET /healthz HTTP/1.1\r\nx-slow: ")
            .await
            .unwrap();
        let (answer, elapsed) = trickle(second, b"x").await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert_eq!(answer.matches("HTTP/1.1 200").count(), 1, "{answer}");
        assert_soon(elapsed);
        served.stop().await;
    }

    async fn a_body_that_comes_slowly_is_answered_408(db: TestDatabase) {
        let served = Served::start(&db).await;
        let mut slow = served.connect().await;
        let head = format!(
            "POST /v2/integrations/connections HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n\
             content-type: application/json\r\ncontent-length: 100000\r\n\r\n",
            served.app.token
        );
        slow.write_all(head.as_bytes()).await.unwrap();
        let (answer, elapsed) = trickle(slow, b" ").await;
        assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
        assert!(answer.contains("\"code\":\"request_timeout\""), "{answer}");
        assert_soon(elapsed);
        served.stop().await;
    }

    /// Answers of many megabytes to a caller that reads none of them.
    async fn a_caller_that_takes_no_answer_is_cut(db: TestDatabase) {
        const REQUESTS: usize = 100;
        let served = Served::start(&db).await;
        let mut deaf = served.connect().await;
        let requests = "GET /openapi.json HTTP/1.1\r\nhost: x\r\n\r\n".repeat(REQUESTS);
        deaf.write_all(requests.as_bytes()).await.unwrap();
        // As long as the limit and as much again: not reading is what is tried.
        tokio::time::sleep(PATIENCE * 3).await;
        let (answers, _) = until_cut(&mut deaf).await;
        let answered = answers.matches("HTTP/1.1 200").count();
        assert!((1..REQUESTS).contains(&answered), "{answered} answers");
        served.stop().await;
    }

    /// Whoever is answered keeps the connection as long as requests come.
    async fn a_caller_that_is_quick_enough_is_not_cut(db: TestDatabase) {
        // The framework's clock for idle connections is half a second coarse.
        let served = Served::keeping_alive(&db, Duration::from_secs(1)).await;
        let mut stream = served.connect().await;
        let begun = Instant::now();
        let (mut asked, mut answers) = (0, String::new());
        while begun.elapsed() < PATIENCE * 8 {
            stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
            asked += 1;
            while answers.matches("HTTP/1.1 200").count() < asked {
                let mut piece = [0; 4096];
                let read = stream.read(&mut piece).await.unwrap();
                assert_ne!(read, 0, "cut off after {asked} requests");
                answers.push_str(&String::from_utf8_lossy(&piece[..read]));
            }
            tokio::time::sleep(PATIENCE / 10).await;
        }
        assert!(asked > 3, "{asked}");
        served.stop().await;
    }
}
