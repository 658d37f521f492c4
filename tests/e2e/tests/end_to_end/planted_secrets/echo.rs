//! A provider that gives back what it is sent.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// Serves until it is dropped.
pub struct Echo {
    url: String,
    asked: Arc<Mutex<BTreeSet<String>>>,
    task: JoinHandle<()>,
}

impl Echo {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::<Mutex<BTreeSet<String>>>::default();
        let (home, seen) = (url.clone(), Arc::clone(&asked));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, home.clone(), Arc::clone(&seen)));
            }
        });
        Self { url, asked, task }
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// Whether it was asked for this path, with a secret.
    pub fn has_given_back(&self, name: &str) -> bool {
        self.asked.lock().unwrap().contains(name)
    }
}

impl Drop for Echo {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// One request, then the connection is closed.
async fn serve(mut stream: TcpStream, home: String, asked: Arc<Mutex<BTreeSet<String>>>) {
    let Some((head, body)) = receive(&mut stream).await else {
        return;
    };
    let target = head.split(' ').nth(1).unwrap_or_default().to_owned();
    let name = target
        .trim_start_matches('/')
        .split(['?', '/'])
        .next()
        .unwrap_or_default();
    asked.lock().unwrap().insert(name.to_owned());
    let answer = answer(name, &target, &head, &body, &home);
    // The other side may have gone.
    let _ = stream.write_all(answer.as_bytes()).await;
}

async fn receive(stream: &mut TcpStream) -> Option<(String, String)> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = header(head, "content-length").and_then(|text| text.parse().ok());
            if body.len() >= length.unwrap_or(0) {
                return Some((head.to_owned(), body.to_owned()));
            }
        }
        let read = stream.read(&mut chunk).await.ok()?;
        if read == 0 {
            return None;
        }
        bytes.extend_from_slice(&chunk[..read]);
    }
}

fn header<'h>(head: &'h str, wanted: &str) -> Option<&'h str> {
    head.lines().skip(1).find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case(wanted).then(|| value.trim())
    })
}

fn answer(name: &str, target: &str, head: &str, body: &str, home: &str) -> String {
    let sent = |name: &str| header(head, name).unwrap_or_default();
    let authorization = sent("authorization");
    let secret = authorization.rsplit(' ').next().unwrap_or_default();
    let message = |text: String| json!({ "error": { "message": text } }).to_string();
    let items = |items: serde_json::Value| json!({ "items": items }).to_string();
    let query = target.split_once('?').map_or("", |(_, query)| query);
    match name {
        "unauthorized" => write(
            "401 Unauthorized",
            &[
                ("WWW-Authenticate", &format!("Bearer error={authorization}")),
                ("X-Debug", authorization),
            ],
            &message(format!("you sent {authorization}, which is not known")),
        ),
        "basic" => write(
            "500 Internal Server Error",
            &[("X-Debug", authorization)],
            authorization,
        ),
        "query" => write(
            "403 Forbidden",
            &[],
            &message(format!("GET {target} is not allowed")),
        ),
        "number" => write(
            "401 Unauthorized",
            &[],
            &message(format!("no such pin: {}", sent("x-pin"))),
        ),
        "nested" => write(
            "401 Unauthorized",
            &[],
            &format!("<p>client {} is unknown</p>", sent("x-client")),
        ),
        "document" => write(
            "400 Bad Request",
            &[],
            &message(format!("cannot use {body}")),
        ),
        // The secret lies where the provider's words are cut.
        "long" => write(
            "400 Bad Request",
            &[],
            &format!("{} {secret} {secret}", "word ".repeat(36)),
        ),
        "redirected" => {
            let location = format!("{home}/query/{}?{query}", percent(query));
            write("302 Found", &[("Location", &location)], "")
        }
        "redirected_away" => {
            let location = format!(
                "http://127.0.0.1:1/{}?key={}",
                percent(secret),
                percent(secret)
            );
            write("302 Found", &[("Location", &location)], "")
        }
        "garbage" => write(
            "200 OK",
            &[],
            &format!("<html>signed in with {authorization}</html>"),
        ),
        "odd_record" => write("200 OK", &[], &items(json!([authorization]))),
        "paged" if target.contains("second") => write("500 Internal Server Error", &[], "no more"),
        "paged" => {
            let next = format!("{home}/paged/second/{}?{query}&page=2", percent(query));
            write(
                "200 OK",
                &[("Link", &format!("<{next}>; rel=\"next\""))],
                &json!({
                    "items": [{ "id": 1 }], "next": next,
                })
                .to_string(),
            )
        }
        _ => write("404 Not Found", &[], ""),
    }
}

fn write(status: &str, headers: &[(&str, &str)], body: &str) -> String {
    let headers: String = headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    format!(
        "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n{headers}\r\n{body}",
        body.len()
    )
}

/// Every byte but letters and digits as `%xx`, in lower case as few do.
fn percent(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
            _ => format!("%{byte:02x}"),
        })
        .collect()
}
