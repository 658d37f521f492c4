//! The API and the engine of one process.

use syncline_api::Api;
use syncline_connectors::{Registry, SourceOptions};
use syncline_engine::Engine;
use syncline_store::store::Store;
use tokio::task::JoinHandle;

use super::engine;
use super::incoming::Incoming;
use super::listen::Listener;
use super::retention;
use super::shutdown::Shutdown;
use crate::error::CliError;
use crate::settings::Settings;

/// An API that answers, and an engine that works.
#[derive(Debug)]
pub struct Server {
    api: JoinHandle<std::io::Result<()>>,
    engine: Option<Engine>,
}

impl Server {
    /// Starts both. Callers that connect are answered from now on.
    ///
    /// # Errors
    /// Settings that cannot be used.
    pub fn start(
        listener: Listener,
        store: &Store,
        registry: &Registry,
        sources: SourceOptions,
        incoming: Incoming,
        settings: &Settings,
        shutdown: &Shutdown,
    ) -> Result<Self, CliError> {
        let keep = retention::keep(&settings.retention)?;
        let mut api = Api::new(store.clone(), registry.clone(), shutdown.token());
        api.http_workers = Some(settings.server.threads);
        api.source_options = sources.clone();
        let Incoming {
            limits,
            tls,
            cors_origins,
        } = incoming;
        api.limits = limits;
        api.tls = tls;
        api.cors_origins = cors_origins;
        let engine = engine::start(store, registry, sources, &settings.engine, keep);
        Ok(Self {
            api: tokio::spawn(syncline_api::serve(listener.socket, api)),
            engine,
        })
    }

    /// Serves until the process is to end, and then ends in order: requests under way are
    /// answered, runs stop behind their last committed page.
    pub async fn until(mut self, shutdown: &Shutdown) -> Result<(), CliError> {
        let early = tokio::select! {
            ended = &mut self.api => Some(ended),
            () = shutdown.requested() => None,
        };
        shutdown.request();
        if let Some(engine) = self.engine {
            engine.shutdown().await;
        }
        let ended = match early {
            Some(ended) => ended,
            None => self.api.await,
        };
        ended
            .map_err(CliError::run("the API stopped"))?
            .map_err(CliError::run("the API stopped"))
    }
}
