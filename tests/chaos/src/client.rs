//! A caller that does not give up: it asks another server, and asks again, with the same key.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use reqwest::Method;
use serde_json::Value;

/// How long an answer may take before it is asked for again.
const TIMEOUT: Duration = Duration::from_secs(20);

/// Between two questions, when the last one was not answered.
const PAUSE: Duration = Duration::from_millis(300);

#[derive(Debug, Clone)]
pub(crate) struct Client {
    http: reqwest::Client,
    urls: Arc<Vec<String>>,
    next: Arc<AtomicUsize>,
    token: String,
}

impl Client {
    pub(crate) fn new(urls: Vec<String>, token: &str) -> Self {
        Self {
            http: syncline_test_support::http_client(),
            urls: Arc::new(urls),
            next: Arc::default(),
            token: token.to_owned(),
        }
    }

    /// Asks until there is an answer that is no 5xx, no 429 and no 408 (a body that a fault cut off
    /// on its way): its status and body.
    pub(crate) async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Reply {
        let key = format!("{:032x}", rand::random::<u128>());
        loop {
            let place = self.next.fetch_add(1, Ordering::Relaxed) % self.urls.len();
            let url = format!("{}{path}", self.urls[place]);
            let mut request = self.http.request(method.clone(), url).timeout(TIMEOUT);
            request = request.bearer_auth(&self.token);
            if method == Method::POST {
                request = request.header("Idempotency-Key", &key);
            }
            if let Some(body) = &body {
                request = request.json(body);
            }
            if let Ok(answer) = request.send().await {
                let status = answer.status().as_u16();
                let next = answer.headers().get("next-cursor").cloned();
                let next = next.and_then(|next| next.to_str().ok().map(str::to_owned));
                let is_refusal = status >= 500 || status == 429 || status == 408;
                // 409 for a key whose first request may still be under way.
                if !is_refusal
                    && status != 409
                    && let Ok(text) = answer.text().await
                {
                    let json = serde_json::from_str(&text).unwrap_or(Value::Null);
                    return Reply { status, json, next };
                }
                if status == 409 && !path.ends_with("/sync") {
                    return Reply {
                        status,
                        json: Value::Null,
                        next,
                    };
                }
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// `GET`, which must be answered by 200.
    pub(crate) async fn get(&self, path: &str) -> Reply {
        let reply = self.ask(Method::GET, path, None).await;
        assert_eq!(reply.status, 200, "{path}: {}", reply.json);
        reply
    }
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) json: Value,
    pub(crate) next: Option<String>,
}

impl Reply {
    /// The elements of a list.
    pub(crate) fn list(self) -> Vec<Value> {
        match self.json {
            Value::Array(list) => list,
            other => panic!("a list was expected: {other}"),
        }
    }
}

/// A field that holds a string.
pub(crate) fn text(value: &Value, field: &str) -> String {
    value[field].as_str().unwrap_or_default().to_owned()
}
