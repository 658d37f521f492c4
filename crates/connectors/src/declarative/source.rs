//! The declarative HTTP source.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use syncline_domain::credential::CredentialVault;
use syncline_domain::health::Health;

use super::bound::{Bound, Half};
use super::delegate::Begun;
use super::plan::{plan, refuse_scope};
use super::reader::Reader;
use crate::components::check::Check;
use crate::error::{SourceError, SourceErrorKind};
use crate::http::exchange::Exchange;
use crate::http::options::SourceOptions;
use crate::manifest::Manifest;
use crate::quota::QuotaKeeper;
use crate::redact::Redactor;
use crate::source::{PageReader, Plan, PlanRequest, ReadRequest, Source};

/// The configuration may name the streams that are checked.
const CHECKED: &str = "__airbyte_check_stream_names";

/// A manifest with one connection's configuration.
pub struct DeclarativeSource {
    manifest: Arc<Manifest>,
    /// Secrets included; never printed.
    config: Map<String, Value>,
    public: Map<String, Value>,
    exchange: Arc<Exchange>,
}

impl DeclarativeSource {
    /// Takes a whole configuration, secrets included.
    ///
    /// # Errors
    /// Of the kind `Configuration`, when no HTTP client can be built, or the manifest's call rates
    /// make no sense with this configuration.
    pub fn new(
        manifest: Arc<Manifest>,
        config: Map<String, Value>,
        options: SourceOptions,
        vault: Arc<dyn CredentialVault>,
        quota: Arc<dyn QuotaKeeper>,
    ) -> Result<Self, SourceError> {
        let manifest = manifest.of_connection(&config);
        let (public, secrets) = parts(&manifest, config.clone());
        let redactor = Redactor::new(secrets.values());
        let budget = manifest.budget(&config).map_err(|error| {
            let message = redactor.clean(&error.to_string());
            SourceError::new(SourceErrorKind::Configuration, message)
        })?;
        let exchange = Arc::new(Exchange::new(options, redactor, vault, budget, quota)?);
        Ok(Self {
            manifest,
            config,
            public,
            exchange,
        })
    }

    pub(super) fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Secrets included.
    pub(super) fn config(&self) -> &Map<String, Value> {
        &self.config
    }

    pub(super) fn public(&self) -> &Map<String, Value> {
        &self.public
    }

    pub(super) fn exchange(&self) -> &Arc<Exchange> {
        &self.exchange
    }

    /// What knows its secrets.
    pub(crate) fn redactor(&self) -> &Redactor {
        self.exchange.redactor()
    }

    /// The streams that the manifest names for a check; the first that can be read when it names
    /// none in a way that is known here.
    pub(super) fn streams_to_check(&self) -> Vec<String> {
        let asked = self.config.get(CHECKED).and_then(Value::as_array);
        let asked: Vec<_> = asked
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect();
        if !asked.is_empty() {
            return asked;
        }
        let streams = self.manifest.streams();
        let readable = streams.iter().filter(|stream| stream.is_supported());
        let first = |count: usize| readable.clone().take(count).map(|one| one.name.clone());
        let named = match self.manifest.check() {
            Err(_) => Vec::new(),
            Ok(Check::First(count)) => first(*count).collect(),
            Ok(Check::Streams {
                names,
                of_templates,
            }) => {
                let made = of_templates.iter().flat_map(|(template, count)| {
                    let made = self.manifest.streams_of(template);
                    made.take(count.unwrap_or(usize::MAX)).map(str::to_owned)
                });
                names.iter().cloned().chain(made).collect()
            }
        };
        if named.is_empty() {
            return first(1).collect();
        }
        named
    }

    /// Binds the half of the stream that is to be read.
    fn bind(
        &self,
        stream: &str,
        now: DateTime<Utc>,
        begun: Begun<'_>,
    ) -> Result<Bound, SourceError> {
        let refuse = |message| SourceError::new(SourceErrorKind::Configuration, message);
        let compiled = self
            .manifest
            .stream(stream)
            .ok_or_else(|| refuse(self.manifest.missing(stream)))?
            .map_err(|error| refuse(format!("the stream `{stream}` cannot be read: {error}")))?;
        let config = self.manifest.normalized(&self.config, now);
        let bound = config.and_then(|config| {
            let bind = |stream| Bound::new(stream, &config, &self.public, now);
            let first = bind(compiled)?;
            let Some(delegate) = &compiled.delegate else {
                return Ok(first);
            };
            let later = Bound {
                half: Half::Later,
                ..bind(&delegate.stream)?
            };
            let is_later = begun.is_later(&later, delegate, now)?;
            Ok(if is_later { later } else { first })
        });
        bound.map_err(|error| self.exchange.template(&error))
    }
}

#[async_trait]
impl Source for DeclarativeSource {
    async fn check(&self, now: DateTime<Utc>) -> Health {
        super::check::check(self, now).await
    }

    fn plan(&self, request: PlanRequest<'_>) -> Result<Plan, SourceError> {
        let begun = Begun {
            scope: request.scope,
            states: request.states,
            position: None,
        };
        plan(&self.bind(request.stream, request.now, begun)?, request)
    }

    fn open(&self, request: ReadRequest) -> Result<Box<dyn PageReader>, SourceError> {
        let begun = Begun {
            scope: &request.scope,
            states: &request.states,
            position: request.position.as_ref(),
        };
        let bound = self.bind(&request.stream, request.now, begun)?;
        refuse_scope(&bound, &request.scope)?;
        Ok(Box::new(Reader::new(
            Arc::new(bound),
            self.exchange.clone(),
            &request,
        )))
    }
}

/// What fingerprints are made of, and the secrets.
pub(super) fn parts(
    manifest: &Manifest,
    config: Map<String, Value>,
) -> (Map<String, Value>, BTreeMap<String, Value>) {
    let (mut public, secrets) = manifest.split_secrets(config);
    // What the rules make of it is a part of what streams see.
    if !manifest.config_rules().is_null() {
        let rules = manifest.config_rules().clone();
        public.insert("config_normalization_rules".to_owned(), rules);
    }
    (public, secrets)
}
