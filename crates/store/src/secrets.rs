//! The master key, and secrets sealed with it.

use std::collections::BTreeMap;
use std::sync::Arc;

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use rand::Rng;
use secrecy::{ExposeSecret, SecretBox};
use sha2::{Digest, Sha256};

use crate::error::StoreError;

/// The first byte of everything that is sealed.
const FORMAT: u8 = 1;
const NONCE_BYTES: usize = 12;

/// Encrypts the secrets of connections (AES-256-GCM). Never printed; wiped when the last clone is
/// dropped.
#[derive(Clone)]
pub struct MasterKey(Arc<SecretBox<[u8; 32]>>);

/// A text that is not a key.
#[derive(Debug, thiserror::Error)]
#[error("the master key must be 32 bytes, written in base64 or as 64 hexadecimal digits")]
pub struct NotAKey;

impl MasterKey {
    /// A new key from the system's randomness.
    pub fn generate() -> Self {
        Self::from_fill(|bytes| rand::rng().fill_bytes(bytes))
    }

    /// Reads 32 bytes written in base64 or hexadecimal digits. White space around them is
    /// ignored.
    ///
    /// # Errors
    /// [`NotAKey`].
    pub fn parse(text: &str) -> Result<Self, NotAKey> {
        let text = text.trim();
        let mut bytes = decode_hex(text)
            .or_else(|| {
                [&STANDARD, &STANDARD_NO_PAD, &URL_SAFE, &URL_SAFE_NO_PAD]
                    .into_iter()
                    .find_map(|engine| engine.decode(text).ok())
            })
            .filter(|bytes| bytes.len() == 32)
            .ok_or(NotAKey)?;
        let key = Self::from_fill(|key| key.copy_from_slice(&bytes));
        bytes.fill(0);
        Ok(key)
    }

    /// The key in base64, as [`parse`](Self::parse) reads it, to be written to a file.
    pub fn to_text(&self) -> String {
        STANDARD.encode(self.0.expose_secret())
    }

    /// Tells keys apart without telling them.
    pub(crate) fn fingerprint(&self) -> String {
        let hash = Sha256::new()
            .chain_update(b"syncline master key fingerprint 1\0")
            .chain_update(self.0.expose_secret())
            .finalize();
        hash[..16]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }

    fn from_fill(fill: impl FnOnce(&mut [u8; 32])) -> Self {
        Self(Arc::new(SecretBox::init_with_mut(
            |bytes: &mut [u8; 32]| fill(bytes),
        )))
    }

    fn cipher(&self) -> Result<Aes256Gcm, StoreError> {
        Aes256Gcm::new_from_slice(self.0.expose_secret())
            .map_err(|_| StoreError::Corrupt("the master key has not 32 bytes".into()))
    }
}

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MasterKey(…)")
    }
}

fn decode_hex(text: &str) -> Option<Vec<u8>> {
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    (0..32)
        .map(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).ok())
        .collect()
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

/// Seals and opens with the master key, if this process has it.
pub(crate) struct Vault {
    key: Option<MasterKey>,
}

impl Vault {
    pub(crate) fn new(key: Option<MasterKey>) -> Self {
        Self { key }
    }

    pub(crate) fn key(&self) -> Option<&MasterKey> {
        self.key.as_ref()
    }

    /// Encrypts; `place` (table, row and column) is bound to the result, so that what is sealed
    /// for one row opens in no other. Nothing is sealed to nothing.
    pub(crate) fn seal(
        &self,
        place: &str,
        secrets: &Secrets,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        if secrets.0.is_empty() {
            return Ok(None);
        }
        let clear = serde_json::to_vec(&secrets.0)
            .map_err(|error| StoreError::Corrupt(format!("secrets for {place}: {error}")))?;
        let mut nonce = [0; NONCE_BYTES];
        rand::rng().fill_bytes(&mut nonce);
        let sealed = self
            .cipher()?
            .encrypt(
                &Nonce::from(nonce),
                Payload {
                    msg: &clear,
                    aad: place.as_bytes(),
                },
            )
            .map_err(|_| StoreError::Corrupt(format!("the secrets for {place} are too long")))?;
        Ok(Some([&[FORMAT][..], &nonce, &sealed].concat()))
    }

    /// Decrypts what [`seal`](Self::seal) gave for the same place.
    pub(crate) fn open(&self, place: &str, sealed: Option<&[u8]>) -> Result<Secrets, StoreError> {
        let Some(sealed) = sealed else {
            return Ok(Secrets::default());
        };
        let unreadable =
            || StoreError::Corrupt(format!("the sealed secrets of {place} do not open"));
        let (nonce, body) = sealed
            .strip_prefix(&[FORMAT])
            .and_then(|rest| rest.split_first_chunk::<NONCE_BYTES>())
            .ok_or_else(unreadable)?;
        let clear = self
            .cipher()?
            .decrypt(
                &Nonce::from(*nonce),
                Payload {
                    msg: body,
                    aad: place.as_bytes(),
                },
            )
            .map_err(|_| unreadable())?;
        serde_json::from_slice(&clear)
            .map(Secrets)
            .map_err(|_| unreadable())
    }

    fn cipher(&self) -> Result<Aes256Gcm, StoreError> {
        self.key
            .as_ref()
            .ok_or_else(|| StoreError::Open(KEY_NEEDED.into()))?
            .cipher()
    }
}

/// What to do when there is no key.
pub(crate) const KEY_NEEDED: &str = "the secrets of connections are encrypted: give the master \
    key by the environment variable SYNCLINE_MASTER_KEY or with --master-key-file";
