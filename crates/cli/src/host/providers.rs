//! The manifests that a process starts with.

use syncline_connectors::Registry;

use crate::error::CliError;
use crate::settings::{Layer, Loaded};

/// Reads the directory of manifests. The default one need not exist; one that somebody named must.
pub fn load(loaded: &Loaded) -> Result<Registry, CliError> {
    let dir = &loaded.settings.providers.dir;
    if !dir.exists() && loaded.layer("providers.dir") == Layer::Default {
        tracing::warn!(
            "there is no directory `{}`: no providers; --providers names the directory of manifests",
            dir.display()
        );
        return Ok(Registry::default());
    }
    let registry = Registry::load(dir)?;
    for provider in registry.providers() {
        match provider.manifest() {
            Ok(_) => tracing::debug!(provider = provider.name(), "a provider is known"),
            Err(error) => tracing::warn!(
                provider = provider.name(),
                "the manifest of a provider is broken, so that it cannot be used: {error}"
            ),
        }
    }
    Ok(registry)
}
