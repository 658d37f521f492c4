//! Manifests by the hash of their content, so that every worker of a sync runs the same one.

use crate::error::StoreError;
use crate::tx::Tx;

impl Tx<'_> {
    /// Keeps a manifest; does nothing when its hash is known.
    pub fn insert_manifest(&mut self, hash: &str, provider_name: &str, text: &str) -> Result<(), StoreError> {
        todo!()
    }

    /// The provider name and text of a manifest.
    pub fn find_manifest(&mut self, hash: &str) -> Result<Option<(String, String)>, StoreError> {
        todo!()
    }
}
