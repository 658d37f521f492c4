//! From a listening socket to answered requests.

use std::any::Any;
use std::io;
use std::net::TcpListener;
use std::time::Duration;

use actix_web::HttpServer;
use actix_web::dev::Server;
use actix_web::rt::net::TcpStream;

use crate::api::Api;
use crate::app::app;

/// A server on this socket; it runs while it is awaited. It leaves signals to its caller and
/// ends when told by its handle.
///
/// # Errors
/// When the socket cannot be used.
pub fn server(listener: TcpListener, api: Api) -> io::Result<Server> {
    let shutdown_seconds = api.shutdown_seconds;
    let workers = api.http_workers;
    let mut server = HttpServer::new(move || app(&api))
        .disable_signals()
        .on_connect(|connection, _| answer_at_once(connection))
        .shutdown_timeout(shutdown_seconds)
        .client_request_timeout(Duration::from_secs(10))
        // A caller that is gone is not waited for: dropping its request's future ends a wait.
        .h1_allow_half_closed(false);
    if let Some(workers) = workers {
        server = server.workers(workers);
    }
    Ok(server.listen(listener)?.run())
}

/// Head and body of an answer are two writes. With Nagle's algorithm (RFC 896) the second waits for
/// the caller to acknowledge the first, which callers put off for 40 ms.
fn answer_at_once(connection: &dyn Any) {
    if let Some(stream) = connection.downcast_ref::<TcpStream>()
        && let Err(error) = stream.set_nodelay(true)
    {
        tracing::debug!(%error, "a connection keeps its delay");
    }
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
