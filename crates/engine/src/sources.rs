//! Where runs get their sources from.

use std::sync::Arc;

use async_trait::async_trait;
use syncline_connectors::error::SourceError;
use syncline_connectors::source::Source;
use syncline_store::error::StoreError;
use syncline_store::runs::Run;

mod registry;

pub use registry::RegistrySources;

/// Gives a run the source that it reads.
#[async_trait]
pub trait Sources: Send + Sync + 'static {
    /// The source of `run`: with the manifest that its sync began with, or with the provider's
    /// current one when it has not begun.
    ///
    /// # Errors
    /// What a run makes of its source or of the store failing.
    async fn source(&self, run: &Run) -> Result<SyncSource, SourcesError>;
}

/// A source, and which manifest it runs.
#[derive(Clone)]
pub struct SyncSource {
    /// Ready to be read.
    pub source: Arc<dyn Source>,
    /// Names its manifest; settled at the first start.
    pub manifest_hash: String,
}

/// Why there is no source.
#[derive(Debug, thiserror::Error)]
pub enum SourcesError {
    /// The connector cannot work.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The store could not be asked.
    #[error(transparent)]
    Store(#[from] StoreError),
}
