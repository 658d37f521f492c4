//! Master keys: one that seals, others that only open.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use rand::Rng;
use secrecy::{ExposeSecret, SecretBox};
use sha2::{Digest, Sha256};

/// Wraps the keys of secret documents (AES-256-GCM). Never printed; wiped when the last clone is
/// dropped.
#[derive(Clone)]
pub struct MasterKey(Arc<SecretBox<[u8; 32]>>);

/// Names a master key without telling it: 32 hexadecimal digits of a hash.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(String);

/// A text that is not a key, or holds one that is not. Never repeats it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAKey {
    /// The only one.
    #[error("the master key must be 32 bytes, written in base64 or as 64 hexadecimal digits")]
    Only,
    /// One of many.
    #[error(
        "key number {0} must be 32 bytes, written in base64 or as 64 hexadecimal digits; between \
         keys stand line breaks, blanks or commas"
    )]
    Number(usize),
}

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
            .ok_or(NotAKey::Only)?;
        let key = Self::from_fill(|key| key.copy_from_slice(&bytes));
        bytes.fill(0);
        Ok(key)
    }

    /// The key in base64, as [`parse`](Self::parse) reads it, to be written to a file.
    pub fn to_text(&self) -> String {
        STANDARD.encode(self.0.expose_secret())
    }

    /// What it is called where it must not be told.
    pub fn id(&self) -> KeyId {
        let hash = Sha256::new()
            .chain_update(b"syncline master key fingerprint 1\0")
            .chain_update(self.0.expose_secret())
            .finalize();
        KeyId(
            hash[..16]
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect(),
        )
    }

    pub(super) fn bytes(&self) -> &[u8; 32] {
        self.0.expose_secret()
    }

    fn from_fill(fill: impl FnOnce(&mut [u8; 32])) -> Self {
        Self(Arc::new(SecretBox::init_with_mut(
            |bytes: &mut [u8; 32]| fill(bytes),
        )))
    }
}

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MasterKey(…)")
    }
}

impl KeyId {
    /// As it stands in the database.
    pub(crate) fn stored(text: String) -> Self {
        Self(text)
    }

    /// The 32 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for KeyId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// The keys that a process was given. The first is the primary: it alone seals. All of them open.
/// Its `Debug` shows no key.
#[derive(Debug, Clone)]
pub struct MasterKeys {
    primary: MasterKey,
    others: Vec<MasterKey>,
}

impl MasterKeys {
    /// Reads keys as [`MasterKey::parse`] does, the primary first. White space, line breaks and
    /// commas stand between keys; what follows a `#` on its line is a remark.
    ///
    /// # Errors
    /// [`NotAKey`], with which one; also when there is none.
    pub fn parse(text: &str) -> Result<Self, NotAKey> {
        let words: Vec<&str> = text
            .lines()
            .map(|line| line.split('#').next().unwrap_or_default())
            .flat_map(|line| line.split(|c: char| c == ',' || c.is_whitespace()))
            .filter(|word| !word.is_empty())
            .collect();
        let is_alone = words.len() <= 1;
        let mut keys = words.iter().enumerate().map(|(index, word)| {
            MasterKey::parse(word).map_err(|only| {
                if is_alone {
                    only
                } else {
                    NotAKey::Number(index + 1)
                }
            })
        });
        let primary = keys.next().ok_or(NotAKey::Only)??;
        let others = keys.collect::<Result<Vec<_>, _>>()?;
        Ok(others.into_iter().fold(primary.into(), Self::with))
    }

    /// The same with one more key that only opens; one that is there already is not repeated.
    pub fn with(mut self, key: MasterKey) -> Self {
        if self.find(&key.id()).is_none() {
            self.others.push(key);
        }
        self
    }

    /// The same with another primary; the one before stays as one that only opens.
    pub fn with_primary(self, key: MasterKey) -> Self {
        let before = self.iter().cloned().collect::<Vec<_>>();
        before.into_iter().fold(key.into(), Self::with)
    }

    /// The key that seals.
    pub fn primary(&self) -> &MasterKey {
        &self.primary
    }

    /// All of them, the primary first.
    pub fn iter(&self) -> impl Iterator<Item = &MasterKey> {
        std::iter::once(&self.primary).chain(&self.others)
    }

    /// The key of this id.
    pub fn find(&self, id: &KeyId) -> Option<&MasterKey> {
        self.iter().find(|key| key.id() == *id)
    }

    /// For a file: each key on a line of its own, below its id.
    pub fn to_text(&self) -> String {
        self.iter()
            .map(|key| format!("# {}\n{}\n", key.id(), key.to_text()))
            .collect()
    }
}

impl From<MasterKey> for MasterKeys {
    fn from(primary: MasterKey) -> Self {
        Self {
            primary,
            others: Vec::new(),
        }
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
