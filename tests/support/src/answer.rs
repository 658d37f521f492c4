//! What the server answered, whatever its status.

use reqwest::RequestBuilder;
use reqwest::header::HeaderMap;
use serde_json::Value;

/// A whole answer: its status, headers and body.
#[derive(Debug, Clone)]
pub struct Answer {
    /// For a message: `GET http://…`.
    request: String,
    /// The status code.
    pub status: u16,
    /// The headers; see [`header`](Self::header).
    pub headers: HeaderMap,
    /// The body as it came.
    pub text: String,
    /// The body as JSON; `null` when it is none.
    pub json: Value,
}

impl Answer {
    /// Sends a request that [`Api::request`](crate::Api::request) began.
    ///
    /// # Panics
    /// When no whole answer comes back.
    pub async fn to(request: RequestBuilder) -> Self {
        match Self::try_to(request).await {
            Ok(answer) => answer,
            Err(error) => panic!("no answer: {error:?}"),
        }
    }

    /// The same, for a server that may die meanwhile.
    ///
    /// # Errors
    /// When no whole answer comes back.
    pub async fn try_to(request: RequestBuilder) -> Result<Self, reqwest::Error> {
        let (client, request) = request.build_split();
        let request = request?;
        let name = format!("{} {}", request.method(), request.url());
        let response = client.execute(request).await?;
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let text = response.text().await?;
        Ok(Self {
            request: name,
            status,
            headers,
            json: serde_json::from_str(&text).unwrap_or_default(),
            text,
        })
    }

    /// The answer itself when it has this status.
    ///
    /// # Panics
    /// When it has another, with the body.
    #[track_caller]
    pub fn expect_status(self, status: u16) -> Self {
        if self.status != status {
            panic!(
                "{} should answer {status}, not {}: {}",
                self.request, self.status, self.text
            );
        }
        self
    }

    /// The elements of a list.
    ///
    /// # Panics
    /// When the body is no JSON array.
    #[track_caller]
    pub fn array(self) -> Vec<Value> {
        match self.json {
            Value::Array(elements) => elements,
            _ => panic!("{} should answer an array, not {}", self.request, self.text),
        }
    }

    /// A header as text; `None` when it is absent.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}
