//! Sources from manifests: the registry's for syncs that begin, the stored ones for the rest.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use serde_json::{Map, Value};
use syncline_connectors::error::{SourceError, SourceErrorKind};
use syncline_connectors::manifest::Discovered;
use syncline_connectors::source::Source;
use syncline_connectors::{Manifest, Provider, Registry, SourceOptions};
use syncline_domain::ConnectionId;
use syncline_store::error::StoreError;
use syncline_store::runs::Run;
use syncline_store::secrets::{Purpose, SecretDocument, SecretVersion};
use syncline_store::store::{Lane, Store};

use super::{Sources, SourcesError, SyncSource};
use crate::options::Jitter;
use crate::quotas::Quotas;

/// How many connections' sources are kept for their next sync.
const KEPT_SOURCES: usize = 256;
/// How many manifests that the registry does not hold (any more) are kept.
const KEPT_MANIFESTS: usize = 64;

/// Builds sources from the manifests of a registry, and keeps each manifest in the store when the
/// first sync begins with it: later attempts run the same one, on every worker.
pub struct RegistrySources {
    registry: Registry,
    store: Store,
    options: SourceOptions,
    quotas: Quotas,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    /// By content hash: those that are certainly in the store, ready to be used.
    manifests: HashMap<String, Arc<Manifest>>,
    sources: HashMap<ConnectionId, KeptSource>,
}

/// A source with what it was made of. Its HTTP connections are worth keeping.
struct KeptSource {
    manifest_hash: String,
    config: Map<String, Value>,
    /// Which finding of its streams.
    found: Option<SecretVersion>,
    source: Arc<dyn Source>,
}

impl RegistrySources {
    /// Sources of the registry's providers.
    pub fn new(registry: Registry, store: Store, options: SourceOptions) -> Self {
        Self {
            registry,
            quotas: Quotas::new(store.clone(), Jitter::Random),
            store,
            options,
            kept: Mutex::default(),
        }
    }

    /// The manifest that a sync begins with.
    async fn current(&self, name: &str) -> Result<(String, Arc<Manifest>), SourcesError> {
        let provider = self.registry.find(name).ok_or_else(|| {
            configuration(format!(
                "this server has no provider `{name}`: put its manifest into the directory of \
                 providers as `{name}.yaml` and start the server again"
            ))
        })?;
        let manifest = usable(provider)?;
        let hash = provider.content_hash().to_owned();
        if self.kept_manifest(&hash).is_none() {
            let (key, name, text) = (hash.clone(), name.to_owned(), provider.text().to_owned());
            self.store
                .write(Lane::Control, move |tx| {
                    tx.insert_manifest(&key, &name, &text)
                })
                .await
                .map_err(|error: StoreError| error)?;
            self.keep_manifest(&hash, &manifest);
        }
        Ok((hash, manifest))
    }

    /// The manifest that a sync began with.
    async fn settled(&self, name: &str, hash: &str) -> Result<Arc<Manifest>, SourcesError> {
        if let Some(manifest) = self.kept_manifest(hash) {
            return Ok(manifest);
        }
        if let Some(provider) = self
            .registry
            .find(name)
            .filter(|p| p.content_hash() == hash)
        {
            return Ok(usable(provider)?);
        }
        let key = hash.to_owned();
        let found = self
            .store
            .read(move |tx| tx.find_manifest(&key))
            .await
            .map_err(|error: StoreError| error)?;
        let (name, text) = found.ok_or_else(|| {
            configuration(format!(
                "the manifest of `{name}` that this sync began with is not stored any more: \
                 request a new sync"
            ))
        })?;
        let manifest = usable(&Provider::compile(name, text))?;
        self.keep_manifest(hash, &manifest);
        Ok(manifest)
    }

    /// The manifest with what was found at the connection's provider, where there is something to
    /// find.
    async fn with_found(
        &self,
        manifest: Arc<Manifest>,
        run: &Run,
    ) -> Result<(Arc<Manifest>, Option<SecretVersion>), SourcesError> {
        if !manifest.needs_discovery() {
            return Ok((manifest, None));
        }
        let (organization_id, id) = (run.sync.organization_id, run.connection.id);
        let found = self
            .store
            .read(move |tx| tx.find_secret_document(organization_id, id, &Purpose::STREAMS))
            .await
            .map_err(|error: StoreError| error)?;
        Ok(match found {
            None => (manifest, None),
            Some(SecretDocument { secrets, version }) => {
                let discovered = Discovered::from_fields(secrets.0);
                (manifest.with_discovered(discovered), Some(version))
            }
        })
    }

    fn kept_manifest(&self, hash: &str) -> Option<Arc<Manifest>> {
        self.with_kept(|kept| kept.manifests.get(hash).cloned())
    }

    fn keep_manifest(&self, hash: &str, manifest: &Arc<Manifest>) {
        self.with_kept(|kept| {
            make_room(&mut kept.manifests, KEPT_MANIFESTS);
            kept.manifests.insert(hash.to_owned(), Arc::clone(manifest));
        });
    }

    fn with_kept<T>(&self, work: impl FnOnce(&mut Kept) -> T) -> T {
        work(&mut self.kept.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[async_trait]
impl Sources for RegistrySources {
    async fn source(&self, run: &Run) -> Result<SyncSource, SourcesError> {
        let name = &run.connection.provider_name;
        let (manifest_hash, manifest) = match &run.manifest_hash {
            Some(hash) => (hash.clone(), self.settled(name, hash).await?),
            None => self.current(name).await?,
        };
        let (manifest, found) = self.with_found(manifest, run).await?;
        let quota = self.quotas.of(run).await;
        let config = manifest.join_secrets(run.connection.config.clone(), run.secrets.0.clone());
        let kept = self.with_kept(|kept| {
            let known = kept.sources.get(&run.connection.id)?;
            let is_same = known.manifest_hash == manifest_hash
                && known.config == config
                && known.found == found;
            is_same.then(|| Arc::clone(&known.source))
        });
        let source = match kept {
            Some(source) => source,
            None => {
                let connection = &run.connection;
                let vault = self
                    .store
                    .credential_vault(run.sync.organization_id, connection.id);
                let options = self.options.clone();
                let source =
                    manifest.source_sharing(config.clone(), options, Arc::new(vault), quota)?;
                self.with_kept(|kept| {
                    make_room(&mut kept.sources, KEPT_SOURCES);
                    let known = KeptSource {
                        manifest_hash: manifest_hash.clone(),
                        config,
                        found,
                        source: Arc::clone(&source),
                    };
                    kept.sources.insert(run.connection.id, known);
                });
                source
            }
        };
        Ok(SyncSource {
            source,
            manifest_hash,
        })
    }
}

impl std::fmt::Debug for RegistrySources {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RegistrySources")
            .field("registry", &self.registry)
            .finish_non_exhaustive()
    }
}

fn usable(provider: &Provider) -> Result<Arc<Manifest>, SourceError> {
    provider.manifest().cloned().map_err(|error| {
        configuration(format!(
            "the manifest of provider `{}` is broken: {error}",
            provider.name()
        ))
    })
}

fn configuration(message: String) -> SourceError {
    SourceError::new(SourceErrorKind::Configuration, message)
}

/// Forgets any one entry of a full map: what is forgotten is made again when it is needed.
fn make_room<K: Clone + Eq + std::hash::Hash, V>(map: &mut HashMap<K, V>, limit: usize) {
    if map.len() >= limit
        && let Some(key) = map.keys().next().cloned()
    {
        map.remove(&key);
    }
}
