//! The text that a caller shows.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::TryRng;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use crate::error::StoreError;

/// The secret of a token. It is shown once; the store keeps its hash. Never printed by `Debug`.
#[derive(Debug, Clone)]
pub struct TokenSecret(SecretString);

impl TokenSecret {
    /// A new one: 256 bits of the system's randomness.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the system gives none.
    pub fn generate() -> Result<Self, StoreError> {
        let mut bytes = [0; 32];
        rand::rngs::SysRng
            .try_fill_bytes(&mut bytes)
            .map_err(|error| StoreError::Unavailable {
                reason: "the system gives no randomness".to_owned(),
                source: Some(Box::new(error)),
            })?;
        let text = format!("syncline_{}", URL_SAFE_NO_PAD.encode(bytes));
        Ok(Self(text.into()))
    }

    /// What its owner is shown.
    pub fn text(&self) -> &str {
        self.0.expose_secret()
    }

    /// What is kept of it.
    pub fn sha256(&self) -> [u8; 32] {
        Self::sha256_of(self.text())
    }

    /// What would be kept of this text.
    pub fn sha256_of(text: &str) -> [u8; 32] {
        Sha256::digest(text.as_bytes()).into()
    }
}
