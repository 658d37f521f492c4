//! The declarative HTTP source.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use syncline_domain::health::Health;

use crate::error::{SourceError, SourceErrorKind};
use crate::http::options::SourceOptions;
use crate::manifest::Manifest;
use crate::source::{PageReader, Plan, PlanRequest, ReadRequest, Source};

/// A manifest with one connection's configuration.
pub struct DeclarativeSource {
    manifest: Arc<Manifest>,
    config: Map<String, Value>,
    options: SourceOptions,
}

impl DeclarativeSource {
    /// Takes a whole configuration, secrets included.
    ///
    /// # Errors
    /// Of the kind `Configuration`, when no HTTP client can be built.
    pub fn new(
        manifest: Arc<Manifest>,
        config: Map<String, Value>,
        options: SourceOptions,
    ) -> Result<Self, SourceError> {
        Ok(Self { manifest, config, options })
    }
}

#[async_trait]
impl Source for DeclarativeSource {
    async fn check(&self, now: DateTime<Utc>) -> Health {
        Health { timestamp: Some(now), ..Health::default() }
    }

    fn plan(&self, request: PlanRequest<'_>) -> Result<Plan, SourceError> {
        let _ = (request, &self.manifest, &self.config, &self.options);
        Err(SourceError::new(SourceErrorKind::Configuration, "reading is being built"))
    }

    fn open(&self, request: ReadRequest) -> Result<Box<dyn PageReader>, SourceError> {
        let _ = request;
        Err(SourceError::new(SourceErrorKind::Configuration, "reading is being built"))
    }
}
