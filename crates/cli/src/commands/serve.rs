//! `syncline serve`

use std::io::Write;

use crate::error::CliError;
use crate::exit::Exit;
use crate::host::database::{self, Use};
use crate::host::incoming::Incoming;
use crate::host::listen::{Listener, Suggestion};
use crate::host::{Server, Shutdown, outgoing, providers};
use crate::settings::Loaded;

/// Serves the API and runs syncs until a signal comes.
pub async fn run(loaded: Loaded) -> Result<Exit, CliError> {
    let shutdown = Shutdown::on_signals()?;
    let incoming = Incoming::shared(&loaded.settings)?;
    let listener = Listener::bind(loaded.settings.server.listen, Suggestion::LISTEN)?;
    let registry = providers::load(&loaded)?;
    let store = database::open(&loaded, Use::Server).await?;
    database::prepare(&store, &loaded).await?;
    database::listen(&store, &loaded)?;
    let url = listener.url(incoming.scheme());
    let server = Server::start(
        listener,
        &store,
        &registry,
        outgoing::source_options(&loaded.settings.outgoing)?,
        incoming,
        &loaded.settings,
        &shutdown,
    )?;
    // Who waits for this line reads a pipe: it must not stay in a buffer, and a reader that is
    // gone is no reason to stop serving.
    let mut stdout = std::io::stdout();
    let _ = writeln!(stdout, "listening on {url}").and_then(|()| stdout.flush());
    let ended = server.until(&shutdown).await;
    store.close().await;
    ended.map(|()| Exit::Done)
}
