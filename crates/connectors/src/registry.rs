//! All providers that this process knows.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::manifest::Manifest;
use crate::provider::Provider;

/// The providers, read once at start. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Registry {
    /// Sorted by name, each name once.
    providers: Arc<[Provider]>,
}

/// Why the directory of manifests could not be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read the directory of manifests {path}")]
pub struct RegistryError {
    /// The directory.
    pub path: PathBuf,
    /// What the system said.
    #[source]
    pub source: io::Error,
}

impl Registry {
    /// Reads every `DIR/<provider_name>.yaml` (or `.yml`). A file that is broken, or cannot be
    /// read, becomes a provider that tells its error; it never hides the others. When a name
    /// has both endings, `.yaml` is taken.
    ///
    /// # Errors
    /// [`RegistryError`] when the directory itself cannot be read.
    pub fn load(dir: &Path) -> Result<Self, RegistryError> {
        let unreadable = |source| RegistryError {
            path: dir.to_owned(),
            source,
        };
        let mut files = Vec::new();
        for entry in std::fs::read_dir(dir).map_err(unreadable)? {
            let path = entry.map_err(unreadable)?.path();
            let is_manifest = path
                .extension()
                .is_some_and(|end| end == "yaml" || end == "yml");
            if let (true, Some(name)) =
                (is_manifest, path.file_stem().and_then(|stem| stem.to_str()))
            {
                files.push((name.to_owned(), path));
            }
        }
        files.sort();
        Ok(Self::collect(files.into_iter().map(
            |(name, path)| match read_file(&path) {
                Ok(text) => Provider::compile(name, text),
                Err(error) => Provider::unreadable(name, &error),
            },
        )))
    }

    /// A registry of manifests at hand.
    pub fn from_manifests<N, T>(manifests: impl IntoIterator<Item = (N, T)>) -> Self
    where
        N: Into<String>,
        T: Into<String>,
    {
        Self::collect(
            manifests
                .into_iter()
                .map(|(name, text)| Provider::compile(name, text)),
        )
    }

    /// All providers, sorted by name.
    pub fn providers(&self) -> impl Iterator<Item = &Provider> {
        self.providers.iter()
    }

    /// The provider of this name.
    pub fn find(&self, name: &str) -> Option<&Provider> {
        let at = self
            .providers
            .binary_search_by(|provider| provider.name().cmp(name))
            .ok()?;
        self.providers.get(at)
    }

    fn collect(providers: impl Iterator<Item = Provider>) -> Self {
        let mut providers: Vec<_> = providers.collect();
        // The sort is stable, so that the first of equal names stays.
        providers.sort_by(|a, b| a.name().cmp(b.name()));
        providers.dedup_by(|later, first| later.name() == first.name());
        Self {
            providers: providers.into(),
        }
    }
}

/// The text of a manifest; no more of a file is read than a manifest may have.
fn read_file(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    let most = Manifest::MAX_BYTES as u64;
    File::open(path)?.take(most + 1).read_to_string(&mut text)?;
    Ok(text)
}
