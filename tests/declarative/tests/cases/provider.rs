//! The provider of a case, on loopback.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

use super::script::{Request, Script};

/// Headers that tell about a client, and nothing about a manifest.
const NOISE: [&str; 6] = [
    "host",
    "user-agent",
    "accept-encoding",
    "connection",
    "content-length",
    "accept",
];

pub struct Provider {
    pub url: String,
    asked: Arc<Mutex<Vec<Request>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Provider {
    pub async fn start(routes: Vec<Value>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let script = Arc::new(Script::new(routes));
        let (log, home) = (asked.clone(), url.clone());
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, script.clone(), log.clone(), home.clone()));
            }
        });
        Self { url, asked, task }
    }

    /// What was asked, in the form of the golden files.
    pub fn asked(&self) -> Vec<Value> {
        let asked = self.asked.lock().unwrap();
        asked
            .iter()
            .map(|request| self.without_port(&request.as_json()))
            .collect()
    }

    /// The port is another one in each run.
    pub fn without_port(&self, value: &Value) -> Value {
        let host = self.url.trim_start_matches("http://");
        let text = value
            .to_string()
            .replace(host, "HOST")
            .replace(&host.replace(':', "%3A"), "HOST");
        serde_json::from_str(&text).unwrap()
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(
    stream: TcpStream,
    script: Arc<Script>,
    log: Arc<Mutex<Vec<Request>>>,
    url: String,
) -> Option<()> {
    let mut stream = BufReader::new(stream);
    loop {
        let request = read(&mut stream).await?;
        let reply = script.reply(&request, &url);
        log.lock().unwrap().push(request);
        let mut head = format!(
            "HTTP/1.1 {} X\r\ncontent-length: {}\r\n",
            reply.status,
            reply.body.len()
        );
        for (name, value) in &reply.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        // In one piece: the kernel would keep a second one back until the first is confirmed.
        let mut whole = head.into_bytes();
        whole.extend_from_slice(&reply.body);
        stream.write_all(&whole).await.ok()?;
        stream.flush().await.ok()?;
    }
}

async fn read(stream: &mut BufReader<TcpStream>) -> Option<Request> {
    let mut line = String::new();
    let read = stream.read_line(&mut line).await.ok()?;
    if read == 0 {
        return None;
    }
    let mut parts = line.split_whitespace();
    let (method, target) = (parts.next()?.to_owned(), parts.next()?.to_owned());
    let mut headers = HashMap::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await.ok()?;
        match line.trim_end().split_once(':') {
            Some((name, value)) => {
                headers.insert(name.to_ascii_lowercase(), value.trim().to_owned())
            }
            None => break,
        };
    }
    let length = headers.get("content-length");
    let length = length.and_then(|text| text.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    let body = String::from_utf8(body).unwrap();
    let kind = headers.get("content-type").cloned().unwrap_or_default();
    let body = match kind.split(';').next().unwrap() {
        "application/json" if !body.is_empty() => serde_json::from_str(&body).unwrap(),
        "application/x-www-form-urlencoded" => {
            let mut pairs: Vec<(String, String)> = url::form_urlencoded::parse(body.as_bytes())
                .into_owned()
                .collect();
            pairs.sort();
            serde_json::to_value(pairs).unwrap()
        }
        _ => body.into(),
    };
    headers.retain(|name, _| !NOISE.contains(&name.as_str()));
    let url = Url::parse(&format!("http://x{target}")).unwrap();
    Some(Request {
        method,
        path: url.path().to_owned(),
        query: url.query_pairs().into_owned().collect(),
        headers,
        body,
    })
}
