//! From a listening socket to answered requests.

mod connection;
pub(crate) mod pace;
pub mod tls;

use std::io;
use std::net::TcpListener;
use std::sync::Arc;

use actix_http::error::DispatchError;
use actix_http::{HttpService, KeepAlive, Protocol};
use actix_server::Server;
use actix_service::{ServiceFactoryExt, fn_service, map_config};
use actix_web::dev::AppConfig;
use tokio::net::TcpStream;

use crate::api::Api;
use crate::app::app;

use connection::{Connection, Transport};
use pace::Pace;

/// A server on this socket; it runs while it is awaited. It leaves signals to its caller and
/// ends when told by its handle.
///
/// # Errors
/// When the socket cannot be used.
pub fn server(listener: TcpListener, api: Api) -> io::Result<Server> {
    let mut builder = Server::build()
        .disable_signals()
        .shutdown_timeout(api.shutdown_seconds);
    if let Some(workers) = api.http_workers {
        builder = builder.workers(workers);
    }
    let address = listener.local_addr()?;
    let builder = builder.listen("api", listener, move || {
        let (head_timeout, keep_alive) = {
            let options = api.limits.options();
            (options.head_timeout, options.keep_alive)
        };
        let shutdown = api.shutdown.clone();
        let http = HttpService::build()
            .keep_alive(KeepAlive::Timeout(keep_alive))
            .client_request_timeout(head_timeout)
            // A caller that is gone is not waited for: dropping its request's future ends a wait.
            .h1_allow_half_closed(false)
            .local_addr(address)
            .graceful_shutdown_signal(move || shutdown.clone().cancelled_owned())
            .on_connect_ext(|connection: &Connection, data| {
                data.insert(Arc::clone(connection.pace()));
            })
            .finish(map_config(app(&api), |_| AppConfig::default()));
        let api = api.clone();
        fn_service(move |stream| accept(api.clone(), stream)).and_then(http)
    })?;
    Ok(builder.run())
}

/// Makes a connection ready for its first request.
async fn accept(
    api: Api,
    stream: TcpStream,
) -> Result<(Connection, Protocol, Option<std::net::SocketAddr>), DispatchError> {
    // Head and body of an answer are two writes. With Nagle's algorithm (RFC 896) the second waits
    // for the caller to acknowledge the first, which callers put off for 40 ms.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection keeps its delay");
    }
    let peer = stream.peer_addr().ok();
    let options = api.limits.options();
    let (transport, protocol) = match &api.tls {
        None => (Transport::Plain(stream), Protocol::Http1),
        Some(tls) => {
            let shaken = tokio::time::timeout(options.head_timeout, tls.accept(stream));
            let stream = shaken
                .await
                .map_err(|_| io::Error::from(io::ErrorKind::TimedOut))
                .and_then(|shaken| shaken)
                .inspect_err(|error| tracing::debug!(%error, "a TLS handshake failed"))
                .map_err(DispatchError::Io)?;
            let protocol = match stream.get_ref().1.alpn_protocol() {
                Some(b"h2") => Protocol::Http2,
                Some(_) | None => Protocol::Http1,
            };
            (Transport::Tls(Box::new(stream)), protocol)
        }
    };
    let pace = Arc::new(Pace::new(options.keep_alive + options.head_timeout));
    let connection = Connection::new(transport, pace, options.write_timeout);
    Ok((connection, protocol, peer))
}

/// Serves until `api.shutdown` is cancelled, then finishes what is under way.
///
/// # Errors
/// When the socket cannot be used, or stops working.
pub async fn serve(listener: TcpListener, api: Api) -> io::Result<()> {
    let shutdown = api.shutdown.clone();
    let mut server = server(listener, api)?;
    let handle = server.handle();
    tokio::select! {
        ended = &mut server => return ended,
        () = shutdown.cancelled() => {}
    }
    let (ended, ()) = futures::join!(server, handle.stop(true));
    ended
}
