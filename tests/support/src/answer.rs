//! What the server answered, whatever its status.

use reqwest::header::HeaderMap;
use reqwest::{Method, RequestBuilder, Url};
use serde_json::Value;
use syncline_openapi_checks::{Seen, Spec};

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
    /// When no whole answer comes back, or one that `openapi/openapi.json` does not say.
    pub async fn to(request: RequestBuilder) -> Self {
        match Self::try_to(request).await {
            Ok(answer) => answer,
            Err(error) => panic!("no answer: {error:?}"),
        }
    }

    /// The same, from a server that is not Syncline.
    ///
    /// # Panics
    /// When no whole answer comes back.
    pub async fn of_a_stranger(request: RequestBuilder) -> Self {
        match Self::send(request).await {
            Ok((answer, _)) => answer,
            Err(error) => panic!("no answer: {error:?}"),
        }
    }

    /// The same, for a server that may die meanwhile.
    ///
    /// # Errors
    /// When no whole answer comes back.
    ///
    /// # Panics
    /// When the answer is not what `openapi/openapi.json` says.
    pub async fn try_to(request: RequestBuilder) -> Result<Self, reqwest::Error> {
        let (answer, (method, url)) = Self::send(request).await?;
        answer.check(method.as_str(), url.path());
        Ok(answer)
    }

    async fn send(request: RequestBuilder) -> Result<(Self, (Method, Url)), reqwest::Error> {
        let (client, request) = request.build_split();
        let request = request?;
        let name = format!("{} {}", request.method(), request.url());
        let asked = (request.method().clone(), request.url().clone());
        let response = client.execute(request).await?;
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let text = response.text().await?;
        let answer = Self {
            request: name,
            status,
            headers,
            json: serde_json::from_str(&text).unwrap_or_default(),
            text,
        };
        Ok((answer, asked))
    }

    fn check(&self, method: &str, path: &str) {
        let headers: Vec<(String, String)> = self
            .headers
            .iter()
            .map(|(name, value)| {
                let value = String::from_utf8_lossy(value.as_bytes());
                (name.as_str().to_owned(), value.into_owned())
            })
            .collect();
        let errors = Spec::committed().check(&Seen {
            method,
            path,
            status: self.status,
            headers: &headers,
            body: &self.text,
        });
        assert!(
            errors.is_empty(),
            "{} answered {}, which openapi/openapi.json does not say: {}\n{}",
            self.request,
            self.status,
            errors.join("; "),
            self.text
        );
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
