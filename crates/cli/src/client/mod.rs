//! A caller of the HTTP API, as any other program would be.

mod error;
mod token;
pub mod views;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use reqwest::{Method, RequestBuilder, Url};
use serde::de::DeserializeOwned;
use serde_json::Value;

pub use error::ClientError;
pub use token::find_token;

/// A server, and the token to show it.
#[derive(Debug, Clone)]
pub struct ApiClient {
    http: reqwest::Client,
    base: Url,
    token: String,
    /// The server answered at least once: it is the right one, and may come back.
    has_answered: Arc<AtomicBool>,
}

/// How long a server that has answered may be away before the client gives up.
const PATIENCE: Duration = Duration::from_secs(60);

impl ApiClient {
    /// Talks to the server at `url`. Nothing is sent yet.
    pub fn new(url: &str, token: String) -> Result<Self, ClientError> {
        let bad_url = || ClientError::BadUrl(url.to_owned());
        let base = Url::parse(&format!("{}/", url.trim_end_matches('/'))).map_err(|_| bad_url())?;
        if !matches!(base.scheme(), "http" | "https") || base.host_str().is_none() {
            return Err(bad_url());
        }
        let mut http = reqwest::Client::builder()
            .user_agent(concat!("syncline/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(Duration::from_secs(10))
            .timeout(Duration::from_secs(90));
        if base.scheme() == "http" {
            // Without TLS no certificates are needed, and none need to be installed.
            http = http.tls_certs_only([]);
        }
        if base.host_str().is_some_and(is_this_machine) {
            // A proxy would look for the server on its own machine.
            http = http.no_proxy();
        }
        let http = http.build().map_err(ClientError::setup)?;
        Ok(Self {
            http,
            base,
            token,
            has_answered: Arc::default(),
        })
    }

    /// Reads a resource; a server that is away for a moment is asked again.
    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, ClientError> {
        self.patiently(|| self.request(Method::GET, path)).await
    }

    /// Changes a resource.
    pub async fn patch<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &Value,
    ) -> Result<T, ClientError> {
        let request = || {
            self.request(Method::PATCH, path)
                .map(|request| request.json(body))
        };
        self.patiently(request).await
    }

    /// Makes something, or asks for it to be done. It happens once, though it may be sent twice.
    pub async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &Value,
    ) -> Result<T, ClientError> {
        let key: String = rand::random::<[u8; 16]>()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let request = || {
            let request = self.request(Method::POST, path)?;
            Ok(request.header("Idempotency-Key", &key).json(body))
        };
        self.patiently(request).await
    }

    fn request(&self, method: Method, path: &str) -> Result<RequestBuilder, ClientError> {
        let url = self.base.join(path.trim_start_matches('/'));
        let url = url.map_err(|_| ClientError::BadUrl(path.to_owned()))?;
        Ok(self.http.request(method, url).bearer_auth(&self.token))
    }

    async fn patiently<T: DeserializeOwned>(
        &self,
        request: impl Fn() -> Result<RequestBuilder, ClientError>,
    ) -> Result<T, ClientError> {
        let since = tokio::time::Instant::now();
        let mut pause = Duration::from_millis(250);
        loop {
            let error = match self.once(request()?).await {
                Ok(answer) => {
                    self.has_answered.store(true, Ordering::Relaxed);
                    return Ok(answer);
                }
                Err(error) => error,
            };
            let may_come_back = self.has_answered.load(Ordering::Relaxed);
            if !error.passes() || !may_come_back || since.elapsed() + pause > PATIENCE {
                return Err(error);
            }
            tracing::warn!("{error}; trying again");
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(Duration::from_secs(5));
        }
    }

    async fn once<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, ClientError> {
        let base = self.base.as_str().trim_end_matches('/');
        let unreachable = |error| ClientError::unreachable(base, error);
        let response = request.send().await.map_err(unreachable)?;
        let status = response.status();
        let body = response.bytes().await.map_err(unreachable)?;
        if !status.is_success() {
            return Err(ClientError::refused(base, status.as_u16(), &body));
        }
        serde_json::from_slice(&body).map_err(|source| ClientError::Nonsense {
            url: base.to_owned(),
            source,
        })
    }
}

fn is_this_machine(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || address
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_is_told_from_others() {
        for host in ["localhost", "127.0.0.1", "127.8.8.8", "[::1]"] {
            assert!(is_this_machine(host), "{host}");
        }
        for host in ["example.com", "10.0.0.1", "localhost.example.com", "[::2]"] {
            assert!(!is_this_machine(host), "{host}");
        }
    }

    #[test]
    fn only_urls_of_servers_are_taken() {
        for url in ["", "127.0.0.1:8080", "localhost", "ftp://x", "http://"] {
            let made = ApiClient::new(url, "t".to_owned());
            assert!(matches!(made, Err(ClientError::BadUrl(_))), "{url}");
        }
    }
}
