//! `syncline worker`

use crate::error::CliError;
use crate::exit::Exit;
use crate::host::database::{self, Use};
use crate::host::{Shutdown, engine, outgoing, providers, retention};
use crate::settings::Loaded;

/// Runs syncs until a signal comes.
pub async fn run(loaded: Loaded) -> Result<Exit, CliError> {
    let shutdown = Shutdown::on_signals()?;
    let keep = retention::keep(&loaded.settings.retention)?;
    let registry = providers::load(&loaded)?;
    let store = database::open(&loaded, Use::Server).await?;
    database::prepare(&store, &loaded).await?;
    database::listen(&store, &loaded)?;
    if loaded.settings.engine.workers == 0 {
        tracing::warn!("--workers 0: this process has nothing to do");
    }
    let engine = engine::start(
        &store,
        &registry,
        outgoing::source_options(&loaded.settings.outgoing)?,
        &loaded.settings.engine,
        keep,
    );
    shutdown.requested().await;
    if let Some(engine) = engine {
        engine.shutdown().await;
    }
    store.close().await;
    Ok(Exit::Done)
}
