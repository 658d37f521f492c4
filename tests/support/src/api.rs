//! A small client of the HTTP API that reads as the API's own documentation does.

use std::sync::Once;
use std::time::Duration;

use reqwest::{Client, Method, RequestBuilder};
use serde_json::Value;

use crate::answer::Answer;
use crate::server::Server;

/// A client with the token of one organization. Paths start with `/v2/…`; every status is an
/// answer. What panics is a broken connection, and an answer that `openapi/openapi.json` does not
/// say.
#[derive(Debug, Clone)]
pub struct Api {
    client: Client,
    url: String,
    token: String,
    is_held_to_spec: bool,
}

impl Api {
    /// A client of the server at `url` (`http://127.0.0.1:PORT`).
    pub fn new(url: &str, token: &str) -> Self {
        Self {
            client: http_client(),
            url: url.trim_end_matches('/').to_owned(),
            token: token.to_owned(),
            is_held_to_spec: true,
        }
    }

    /// The same client of a server that is not Syncline: its answers are taken as they are.
    pub fn of_a_stranger(&self) -> Self {
        Self {
            is_held_to_spec: false,
            ..self.clone()
        }
    }

    /// The same client at a server that was started again.
    pub fn at(&self, server: &Server) -> Self {
        Self {
            url: server.url().to_owned(),
            ..self.clone()
        }
    }

    /// The same server without a token, or with another one.
    pub fn with_token(&self, token: &str) -> Self {
        Self {
            token: token.to_owned(),
            ..self.clone()
        }
    }

    /// The bearer token that is sent; none when it is empty.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// `GET`.
    pub async fn get(&self, path: &str) -> Answer {
        self.answer(self.request(Method::GET, path)).await
    }

    /// `POST`, with `json!(…)` as its body or `None` without one.
    pub async fn post(&self, path: &str, body: impl Into<Option<Value>>) -> Answer {
        self.send(Method::POST, path, body.into()).await
    }

    /// `PUT`, with `json!(…)` as its body or `None` without one.
    pub async fn put(&self, path: &str, body: impl Into<Option<Value>>) -> Answer {
        self.send(Method::PUT, path, body.into()).await
    }

    /// `PATCH`, with `json!(…)` as its body or `None` without one.
    pub async fn patch(&self, path: &str, body: impl Into<Option<Value>>) -> Answer {
        self.send(Method::PATCH, path, body.into()).await
    }

    /// `DELETE`.
    pub async fn delete(&self, path: &str) -> Answer {
        self.answer(self.request(Method::DELETE, path)).await
    }

    /// A request with headers or a body of the caller's making; [`Answer::to`] sends it.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.url));
        match self.token.as_str() {
            "" => request,
            token => request.bearer_auth(token),
        }
    }

    async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let request = self.request(method, path);
        self.answer(match body {
            Some(body) => request.json(&body),
            None => request,
        })
        .await
    }

    async fn answer(&self, request: RequestBuilder) -> Answer {
        if self.is_held_to_spec {
            Answer::to(request).await
        } else {
            Answer::of_a_stranger(request).await
        }
    }
}

/// A client for plain HTTP that needs no certificates, no proxy and no waiting beyond two minutes.
pub fn http_client() -> Client {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| {
        // Refused when the code under test has installed one first, which serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
    let client = Client::builder()
        .no_proxy()
        .tls_certs_only([])
        .timeout(Duration::from_secs(120))
        .build();
    match client {
        Ok(client) => client,
        Err(error) => panic!("no HTTP client for this test: {error}"),
    }
}
