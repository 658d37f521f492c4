//! Secrets of connections: sealed in documents, each with a key of its own that a master key
//! wraps.

mod connection_vault;
mod documents;
mod envelope;
mod keys;
mod keys_file;
mod leases;
mod place;
mod rotation;
mod vault;

use std::collections::BTreeMap;

pub use connection_vault::ConnectionVault;
pub(crate) use documents::StoredDocument;
pub use documents::{SecretDocument, SecretVersion, SecretWritten};
pub use keys::{KeyId, MasterKey, MasterKeys, NotAKey};
pub use keys_file::{default_keys_file, replace_keys_file};
pub use leases::CredentialClaim;
pub use place::{NotAPurpose, Purpose};
pub use rotation::{KeyUse, Rotated, RotationCursor};

pub(crate) use keys_file::{make_keys_file, read_keys_file};
pub(crate) use vault::{GIVE_IT, KEY_NEEDED, Vault};

/// A document in the clear: values by name. Of a configuration the names are JSON pointers. Its
/// `Debug` shows the names only.
#[derive(Clone, Default)]
pub struct Secrets(pub BTreeMap<String, serde_json::Value>);

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

#[cfg(test)]
mod tests;
