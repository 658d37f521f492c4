//! The directory that a quickstart keeps everything in.

use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::error::CliError;

/// The directory, with the demo's manifest in it.
#[derive(Debug)]
pub struct Directory {
    /// As the user named it, for what is printed.
    named: PathBuf,
    /// For the database's URL.
    absolute: PathBuf,
}

impl Directory {
    /// Makes what is missing.
    pub fn prepare(named: PathBuf) -> Result<Self, CliError> {
        let providers = named.join("providers");
        fs::create_dir_all(&providers).map_err(CliError::file("make the directory", &providers))?;
        let absolute = named
            .canonicalize()
            .map_err(CliError::file("open the directory", &named))?;
        let directory = Self { named, absolute };
        directory.write_manifest(syncline_demo::MANIFEST)?;
        Ok(directory)
    }

    /// What opens its database.
    pub fn database_url(&self) -> String {
        format!("sqlite://{}", self.absolute.join("syncline.db").display())
    }

    /// Its manifests.
    pub fn providers(&self) -> PathBuf {
        self.named.join("providers")
    }

    /// The file that holds the API token.
    pub fn token(&self) -> PathBuf {
        self.named.join("token")
    }

    /// The file that says how far the demo's data went.
    pub fn demo_progress(&self) -> PathBuf {
        self.named.join("demo.json")
    }

    /// Writes the demo's manifest, unless somebody changed it since this program wrote it. The
    /// hash of what was written tells.
    fn write_manifest(&self, text: &str) -> Result<(), CliError> {
        let (path, mark) = (
            self.providers().join("demo.yaml"),
            self.named.join("demo.yaml.sha256"),
        );
        let is_foreign = match fs::read_to_string(&path) {
            Ok(present) if present == text => return Ok(()),
            Ok(present) => fs::read_to_string(&mark).unwrap_or_default().trim() != hash(&present),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => false,
            Err(error) => return Err(CliError::file("read", path)(error)),
        };
        if is_foreign {
            eprintln!(
                "{} was changed by somebody: it is left as it is",
                path.display()
            );
            return Ok(());
        }
        write(&mark, &hash(text))?;
        write(&path, text)
    }
}

fn write(path: &Path, text: &str) -> Result<(), CliError> {
    fs::write(path, text).map_err(CliError::file("write", path))
}

fn hash(text: &str) -> String {
    Sha256::digest(text)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_manifest_is_left_alone_and_an_old_one_replaced() {
        let temporary = tempfile::tempdir().unwrap();
        let directory = Directory::prepare(temporary.path().join("deep/inside")).unwrap();
        let path = directory.providers().join("demo.yaml");
        let read = || fs::read_to_string(&path).unwrap();
        assert_eq!(read(), syncline_demo::MANIFEST);
        directory.write_manifest("of a newer version").unwrap();
        assert_eq!(read(), "of a newer version");
        fs::write(&path, "of the user").unwrap();
        directory.write_manifest(syncline_demo::MANIFEST).unwrap();
        assert_eq!(read(), "of the user");
    }
}
