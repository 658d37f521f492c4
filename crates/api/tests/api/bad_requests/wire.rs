//! Bad requests that no client library would send: over a socket, byte by byte.
//!
//! What is no HTTP never reaches the API: it is answered 400 without a body (`nothing` in the
//! table), and the connection is closed. When the chunks of a body are broken, the connection is
//! closed at once, and the answer may get lost (status 0).

use std::net::{SocketAddr, TcpListener};
use std::panic::catch_unwind;
use std::time::Duration;

use syncline_test_support::{TestDatabase, both_databases};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::world::World;
use crate::answer::Answer;

/// Bytes of a request, and the only right answer.
struct Row {
    name: &'static str,
    /// The request line and headers. `Host`, `Authorization` and `Connection: close` are added.
    head: &'static [&'static [u8]],
    body: &'static [u8],
    status: u16,
    code: &'static str,
}

macro_rules! rows {
    ($($name:literal: [$($line:expr),*] $({ $body:expr })? => $status:literal $code:ident;)*) => {
        const ROWS: &[Row] = &[$(Row {
            name: $name,
            head: &[$($line),*],
            body: one(&[$($body)?]),
            status: $status,
            code: stringify!($code),
        }),*];
    };
}

const fn one(bodies: &[&'static [u8]]) -> &'static [u8] {
    match bodies {
        [body, ..] => body,
        [] => b"",
    }
}

rows! {
    "bytes above ASCII in a path": [b"GET /v2/integrations/providers/b\xc3\xbccher HTTP/1.1"] => 400 nothing;
    "no UTF-8 in a path": [b"GET /v2/integrations/providers/\xff\xfe HTTP/1.1"] => 400 nothing;
    "no UTF-8 in a query": [b"GET /v2/integrations/syncs?cursor=\xff HTTP/1.1"] => 400 nothing;
    "a space in a path": [b"GET /v2/integrations/syncs x HTTP/1.1"] => 400 nothing;
    "a tab in a path": [b"GET /v2/integrations/sy\tncs HTTP/1.1"] => 400 nothing;
    "a NUL in a path, as it is": [b"GET /v2/integrations/syncs\0 HTTP/1.1"] => 400 nothing;
    "a backslash in a path": [b"GET /v2/integrations\\syncs HTTP/1.1"] => 404 route_not_found;
    "a quote in a path": [b"GET /v2/integrations/\"syncs\" HTTP/1.1"] => 404 route_not_found;
    "dots in a path, as they are": [b"GET /v2/integrations/../../etc/passwd HTTP/1.1"] => 404 route_not_found;
    "a target without a slash": [b"GET v2/integrations/syncs HTTP/1.1"] => 400 nothing;
    "a target that is a fragment": [b"GET #x HTTP/1.1"] => 400 nothing;
    "a star as a target": [b"GET * HTTP/1.1"] => 404 route_not_found;
    "a whole URL as a target": [b"GET http://elsewhere.example/v2/integrations/nope HTTP/1.1"] => 404 route_not_found;
    "a URL of another scheme": [b"GET file:///etc/passwd HTTP/1.1"] => 400 nothing;
    "an authority as a target": [b"CONNECT elsewhere.example:443 HTTP/1.1"] => 404 route_not_found;
    "a method of no letters": [b"G@T /v2/integrations/syncs HTTP/1.1"] => 400 nothing;
    "no method": [b" /v2/integrations/syncs HTTP/1.1"] => 400 nothing;
    "no version": [b"GET /v2/integrations/syncs"] => 400 nothing;
    "version 3": [b"GET /v2/integrations/syncs HTTP/3.0"] => 400 nothing;
    "version 0.9": [b"GET /v2/integrations/syncs HTTP/0.9"] => 400 nothing;
    "a word that is no version": [b"GET /v2/integrations/syncs ICAP/1.0"] => 400 nothing;
    "a header without a colon": [b"GET /v2/integrations/syncs HTTP/1.1", b"X-Odd"] => 400 nothing;
    "a header with a space in its name": [b"GET /v2/integrations/syncs HTTP/1.1", b"X Odd: 1"] => 400 nothing;
    "a header with a space before its colon": [b"GET /v2/integrations/syncs HTTP/1.1", b"X-Odd : 1"] => 400 nothing;
    "a header without a name": [b"GET /v2/integrations/syncs HTTP/1.1", b": 1"] => 400 nothing;
    "a header with a NUL": [b"GET /v2/integrations/syncs HTTP/1.1", b"X-Odd: a\0b"] => 400 nothing;
    "a header with a carriage return": [b"GET /v2/integrations/syncs HTTP/1.1", b"X-Odd: a\rX-Evil: yes"] => 400 nothing;
    "a header on two lines": [b"GET /v2/integrations/syncs HTTP/1.1", b"X-Odd: a", b" b"] => 400 nothing;
    "a length that is no number": [b"POST /v2/integrations/connections HTTP/1.1", b"Content-Length: two"] {b"{}"} => 400 nothing;
    "a length below 0": [b"POST /v2/integrations/connections HTTP/1.1", b"Content-Length: -2"] {b"{}"} => 400 nothing;
    "a length with a plus": [b"POST /v2/integrations/connections HTTP/1.1", b"Content-Length: +2"] {b"{}"} => 400 nothing;
    "a length beyond 64 bits": [b"POST /v2/integrations/connections HTTP/1.1", b"Content-Length: 18446744073709551618"] {b"{}"} => 400 nothing;
    "a length of 64 bits": [b"POST /v2/integrations/connections HTTP/1.1", b"Content-Type: application/json", b"Content-Length: 18446744073709551615"] => 413 body_too_large;
    "two lengths": [b"POST /v2/integrations/connections HTTP/1.1", b"Content-Length: 2", b"Content-Length: 3"] {b"{}"} => 400 nothing;
    "two lengths in one": [b"POST /v2/integrations/connections HTTP/1.1", b"Content-Length: 2, 2"] {b"{}"} => 400 nothing;
    "a length and chunks": [b"POST /v2/integrations/connections HTTP/1.1", b"Content-Length: 2", b"Transfer-Encoding: chunked"] {b"0\r\n\r\n"} => 400 nothing;
    "chunks twice": [b"POST /v2/integrations/connections HTTP/1.1", b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked"] {b"0\r\n\r\n"} => 400 nothing;
    "chunks of gzip": [b"POST /v2/integrations/connections HTTP/1.1", b"Transfer-Encoding: gzip, chunked"] {b"0\r\n\r\n"} => 400 nothing;
    "a transfer that nobody knows": [b"POST /v2/integrations/connections HTTP/1.1", b"Transfer-Encoding: cow"] {b"{}"} => 400 nothing;
    "chunks and nothing in them": [b"POST /v2/integrations/connections HTTP/1.1", b"Content-Type: application/json", b"Transfer-Encoding: chunked"] {b"0\r\n\r\n"} => 422 invalid_body;
    "chunks of a wrong size": [b"POST /v2/integrations/connections HTTP/1.1", b"Content-Type: application/json", b"Transfer-Encoding: chunked"] {b"zz\r\n{}\r\n0\r\n\r\n"} => 0 bad_request;
    "chunks of a size below 0": [b"POST /v2/integrations/connections HTTP/1.1", b"Content-Type: application/json", b"Transfer-Encoding: chunked"] {b"-2\r\n{}\r\n0\r\n\r\n"} => 0 bad_request;
    "chunks of a size beyond 64 bits": [b"POST /v2/integrations/connections HTTP/1.1", b"Content-Type: application/json", b"Transfer-Encoding: chunked"] {b"fffffffffffffffff\r\n{}\r\n0\r\n\r\n"} => 0 bad_request;
    "a chunk longer than its size": [b"POST /v2/integrations/connections HTTP/1.1", b"Content-Type: application/json", b"Transfer-Encoding: chunked"] {b"1\r\n{}\r\n0\r\n\r\n"} => 0 bad_request;
    "half a body in chunks": [b"POST /v2/integrations/connections HTTP/1.1", b"Content-Type: application/json", b"Transfer-Encoding: chunked"] {b"1\r\n{\r\n0\r\n\r\n"} => 400 invalid_json;
    "a body in many chunks": [b"POST /v2/integrations/connections HTTP/1.1", b"Content-Type: application/json", b"Transfer-Encoding: chunked"] {b"1\r\n{\r\n1\r\n}\r\n0\r\n\r\n"} => 422 invalid_body;
    "a body of a read": [b"GET /v2/integrations/syncs?limit=0 HTTP/1.1", b"Content-Length: 2"] {b"{}"} => 422 invalid_query;
    "a body that waits to be asked for": [b"POST /v2/integrations/nope HTTP/1.1", b"Expect: 100-continue", b"Content-Length: 2"] {b"{}"} => 404 route_not_found;
    "an upgrade": [b"GET /v2/integrations/syncs?limit=0 HTTP/1.1", b"Upgrade: websocket", b"Connection: upgrade"] => 422 invalid_query;
}

/// What is not even lines.
const NOISE: &[(&str, &[u8])] = &[
    (
        "a TLS hello",
        b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03\r\n\r\n",
    ),
    ("an SSH hello", b"SSH-2.0-OpenSSH_9.2\r\n\r\n"),
    ("NULs", b"\0\0\0\0\r\n\r\n"),
    ("a line of nothing but text", b"hello\r\n\r\n"),
];

both_databases! {
    async fn what_no_client_would_send_is_refused_and_changes_nothing(db: TestDatabase) {
        let world = World::new(&db).await;
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let serving = tokio::spawn(syncline_api::serve(listener, world.app.api.clone()));
        let before = world.state().await;
        let mut wrong = Vec::new();
        for row in ROWS {
            let answer = send(address, &bytes(row, &world.app.token)).await;
            wrong.extend(mistake(row, answer));
        }
        for (name, noise) in NOISE {
            let answer = send(address, noise).await;
            if answer.as_ref().is_none_or(|answer| answer.status != 400 || !answer.text.is_empty()) {
                wrong.push(format!("{name}: {answer:?}"));
            }
        }
        assert!(wrong.is_empty(), "{} rows:\n{}", wrong.len(), wrong.join("\n"));
        assert_eq!(world.state().await, before);
        world.app.api.shutdown.cancel();
        serving.await.unwrap().unwrap();
    }
}

fn bytes(row: &Row, token: &str) -> Vec<u8> {
    let (line, headers) = row.head.split_first().unwrap();
    let host = format!("\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nConnection: close");
    let mut bytes = [line, host.as_bytes()].concat();
    for header in headers {
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(header);
    }
    [&bytes, &b"\r\n\r\n"[..], row.body].concat()
}

/// What is wrong with the answer, which is held to the document as well.
fn mistake(row: &Row, answer: Option<Answer>) -> Option<String> {
    let Some(answer) = answer else {
        return (row.status != 0).then(|| format!("{}: no answer", row.name));
    };
    let code = if answer.text.is_empty() {
        "nothing"
    } else {
        // What the document does not know fails here: one row, not all.
        if catch_unwind(|| answer.check()).is_err() {
            return Some(format!("{}: see above", row.name));
        }
        answer.problem().1
    };
    let status = if row.status == 0 { 400 } else { row.status };
    let is_right = (answer.status, code) == (status, row.code) && answer.header("x-evil").is_none();
    (!is_right).then(|| {
        let (status, code) = (row.status, row.code);
        format!(
            "{}: {} {}, not {status} {code}",
            row.name, answer.status, answer.text
        )
    })
}

/// The answer, once the server has closed the connection; `None` when it closes without one.
async fn send(address: SocketAddr, request: &[u8]) -> Option<Answer> {
    let mut socket = TcpStream::connect(address).await.unwrap();
    // The server may refuse the head, and close, before all is written.
    let _ = socket.write_all(request).await;
    let mut bytes = Vec::new();
    let read = timeout(Duration::from_secs(20), socket.read_to_end(&mut bytes)).await;
    let line = String::from_utf8_lossy(request);
    assert!(read.is_ok(), "the connection stays open: {line}");
    let text = String::from_utf8_lossy(&bytes).into_owned();
    // `100 Continue` is on the way to the answer.
    let text = text
        .strip_prefix("HTTP/1.1 100 Continue\r\n\r\n")
        .unwrap_or(&text);
    let (head, body) = text.split_once("\r\n\r\n")?;
    let mut lines = head.lines();
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers = lines.filter_map(|line| {
        let (name, value) = line.split_once(": ")?;
        Some((name.parse().ok()?, value.parse().ok()?))
    });
    let mut words = line.split([' ', '\r']);
    let (method, target) = (
        words.next().unwrap_or_default(),
        words.next().unwrap_or_default(),
    );
    Some(Answer {
        request: format!("{method} {target}"),
        status,
        headers: headers.collect(),
        text: body.to_owned(),
        json: serde_json::from_str(body).unwrap_or_default(),
    })
}
