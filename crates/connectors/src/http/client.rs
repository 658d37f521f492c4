//! The client that all sources of this process share.

use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::Client;
use rustls::{ClientConfig, RootCertStore};

use super::guard::Refused;
use super::options::SourceOptions;
use super::resolver::GuardedResolver;

/// What clients differ in. A connection that one may use is not for another to use again.
type Kind = (Duration, bool);

/// One client for each kind: connections are kept and used again across sources.
static CLIENTS: Mutex<Vec<(Kind, Client)>> = Mutex::new(Vec::new());

/// The shared client. It follows no redirects: [`send`](super::send) does.
pub(super) fn shared(options: &SourceOptions) -> Result<Client, reqwest::Error> {
    let is_guarded = !options.network.allow_private;
    let kind = (options.connect_timeout, is_guarded);
    let mut clients = CLIENTS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, client)) = clients.iter().find(|(known, _)| *known == kind) {
        return Ok(client.clone());
    }
    let resolver = is_guarded.then(GuardedResolver::over_the_system);
    let client = build(options.connect_timeout, resolver)?;
    clients.push((kind, client.clone()));
    Ok(client)
}

/// A client that connects where its guard allows, or anywhere without one. A proxy would connect
/// where no guard sees it, so with a guard none is used.
pub(super) fn build(
    connect_timeout: Duration,
    guard: Option<GuardedResolver>,
) -> Result<Client, reqwest::Error> {
    // Fails when another one is installed already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let guard = guard.map(Arc::new);
    let builder = || {
        let builder = Client::builder()
            .connect_timeout(connect_timeout)
            .redirect(reqwest::redirect::Policy::none())
            .pool_idle_timeout(Duration::from_secs(60))
            .tcp_keepalive(Duration::from_secs(30));
        match &guard {
            Some(guard) => builder.no_proxy().dns_resolver(guard.clone()),
            None => builder,
        }
    };
    match builder().build() {
        Ok(client) => Ok(client),
        // A system without certificates of its own: plain HTTP works all the same, and HTTPS
        // says that the certificate is not known.
        Err(_) => builder().tls_backend_preconfigured(without_roots()).build(),
    }
}

/// The guard's refusal, if that is why a request failed.
pub(super) fn refusal(error: &reqwest::Error) -> Option<&Refused> {
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(refused) = error.downcast_ref() {
            return Some(refused);
        }
        cause = error.source();
    }
    None
}

fn without_roots() -> ClientConfig {
    ClientConfig::builder()
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth()
}
