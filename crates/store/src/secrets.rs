//! The master key, and secrets sealed with it.

use std::collections::BTreeMap;

/// Encrypts the secrets of connections (AES-256-GCM). Never printed.
#[derive(Clone)]
pub struct MasterKey {}

/// A text that is not a key.
#[derive(Debug, thiserror::Error)]
#[error("the master key must be 32 bytes, written in base64 or as 64 hexadecimal digits")]
pub struct NotAKey;

impl MasterKey {
    /// Reads 32 bytes written in base64 or hexadecimal digits.
    ///
    /// # Errors
    /// [`NotAKey`].
    pub fn parse(text: &str) -> Result<Self, NotAKey> {
        todo!()
    }
}

/// The secrets of a connection in the clear, by JSON pointer into its configuration. Its `Debug`
/// shows the pointers only.
#[derive(Clone, Default)]
pub struct Secrets(pub BTreeMap<String, serde_json::Value>);

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
