//! What every handler works with.

use syncline_connectors::{Registry, SourceOptions};
use syncline_store::store::Store;
use tokio_util::sync::CancellationToken;

use crate::auth::Touches;
use crate::events::EventStreams;
use crate::limits::{LimitOptions, Limits};
use crate::server::tls::Tls;
use crate::watch::Watch;

/// What the API is wired to, and its few settings. Cheap to clone.
#[derive(Clone)]
pub struct Api {
    /// Where everything is kept.
    pub store: Store,
    /// The providers that connections can be made for.
    pub registry: Registry,
    /// How a source talks to a provider when a connection is checked.
    pub source_options: SourceOptions,
    /// How much callers may ask for.
    pub limits: Limits,
    /// Serves HTTPS with this, or else plain HTTP.
    pub tls: Option<Tls>,
    /// The origins, as browsers write them, whose pages may call the API.
    pub cors_origins: Vec<String>,
    /// Threads that serve connections; `None` is one for each core.
    pub http_workers: Option<usize>,
    /// How long a graceful shutdown waits for answers under way, in seconds.
    pub shutdown_seconds: u64,
    /// Notes when tokens are used.
    pub touches: Touches,
    /// Watches for all who wait.
    pub watch: Watch,
    /// Watches for all who follow events.
    pub event_streams: EventStreams,
    /// Cancelled when the process shuts down: who waits is answered at once, and `serve` ends.
    pub shutdown: CancellationToken,
}

impl Api {
    /// With the default settings.
    pub fn new(store: Store, registry: Registry, shutdown: CancellationToken) -> Self {
        Self {
            store,
            registry,
            source_options: SourceOptions::default(),
            limits: Limits::new(LimitOptions::default()),
            tls: None,
            cors_origins: Vec::new(),
            http_workers: None,
            shutdown_seconds: 10,
            touches: Touches::default(),
            watch: Watch::default(),
            event_streams: EventStreams::default(),
            shutdown,
        }
    }
}
