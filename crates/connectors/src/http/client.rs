//! The client that all sources of this process share.

use std::sync::Mutex;
use std::time::Duration;

use reqwest::Client;
use rustls::{ClientConfig, RootCertStore};

/// One client for each connect timeout: connections are kept and used again across sources.
static CLIENTS: Mutex<Vec<(Duration, Client)>> = Mutex::new(Vec::new());

/// The shared client. It follows no redirects: [`send`](super::send) does.
pub(super) fn shared(connect_timeout: Duration) -> Result<Client, reqwest::Error> {
    let mut clients = CLIENTS
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some((_, client)) = clients
        .iter()
        .find(|(timeout, _)| *timeout == connect_timeout)
    {
        return Ok(client.clone());
    }
    // Fails when another one is installed already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = || {
        Client::builder()
            .connect_timeout(connect_timeout)
            .redirect(reqwest::redirect::Policy::none())
            .pool_idle_timeout(Duration::from_secs(60))
            .tcp_keepalive(Duration::from_secs(30))
    };
    let client = match builder().build() {
        Ok(client) => client,
        // A system without certificates of its own: plain HTTP works all the same, and HTTPS
        // says that the certificate is not known.
        Err(_) => builder()
            .tls_backend_preconfigured(without_roots())
            .build()?,
    };
    clients.push((connect_timeout, client.clone()));
    Ok(client)
}

fn without_roots() -> ClientConfig {
    ClientConfig::builder()
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth()
}
