//! Seals and opens with the master keys that this process was given.

use secrecy::zeroize::Zeroizing;

use super::Secrets;
use super::envelope::{self, FORMAT, Unreadable};
use super::keys::{KeyId, MasterKey, MasterKeys};
use super::place::Place;
use crate::error::StoreError;

/// Seals and opens secret documents, if this process has keys.
pub(crate) struct Vault {
    keys: Option<MasterKeys>,
}

/// A document as it stands in its row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sealed {
    pub(crate) format: i32,
    pub(crate) key_id: KeyId,
    pub(crate) bytes: Vec<u8>,
}

impl Vault {
    pub(crate) fn new(keys: Option<MasterKeys>) -> Self {
        Self { keys }
    }

    pub(crate) fn keys(&self) -> Option<&MasterKeys> {
        self.keys.as_ref()
    }

    /// The key that seals.
    pub(crate) fn primary(&self) -> Result<&MasterKey, StoreError> {
        self.keys
            .as_ref()
            .map(MasterKeys::primary)
            .ok_or_else(|| StoreError::Open(KEY_NEEDED.into()))
    }

    /// Encrypts for a place.
    pub(crate) fn seal(&self, place: &Place, secrets: &Secrets) -> Result<Sealed, StoreError> {
        let key = self.primary()?;
        let clear = serde_json::to_vec(&secrets.0)
            .map(Zeroizing::new)
            .map_err(|error| StoreError::Corrupt(format!("the secrets {place}: {error}")))?;
        let bytes = envelope::seal(key, place, &clear).map_err(|Unreadable| {
            StoreError::Corrupt(format!("the secrets {place} are too long"))
        })?;
        Ok(Sealed {
            format: FORMAT,
            key_id: key.id(),
            bytes,
        })
    }

    /// Decrypts what was sealed for the same place.
    pub(crate) fn open(&self, place: &Place, sealed: &Sealed) -> Result<Secrets, StoreError> {
        let key = self.key(&sealed.key_id)?;
        let clear = envelope::open(key, place, sealed.format, &sealed.bytes)
            .map_err(|Unreadable| unreadable(place))?;
        serde_json::from_slice(&clear)
            .map(Secrets)
            .map_err(|_| unreadable(place))
    }

    /// The same document, sealed with the primary in today's format.
    pub(crate) fn rewrap(&self, place: &Place, sealed: &Sealed) -> Result<Sealed, StoreError> {
        let (old, new) = (self.key(&sealed.key_id)?, self.primary()?);
        let bytes = envelope::rewrap(old, new, place, sealed.format, &sealed.bytes)
            .map_err(|Unreadable| unreadable(place))?;
        Ok(Sealed {
            format: FORMAT,
            key_id: new.id(),
            bytes,
        })
    }

    fn key(&self, id: &KeyId) -> Result<&MasterKey, StoreError> {
        let keys = self
            .keys
            .as_ref()
            .ok_or_else(|| StoreError::Open(KEY_NEEDED.into()))?;
        keys.find(id).ok_or_else(|| {
            StoreError::Open(format!(
                "the master key {id} is not among those that this process was given: {GIVE_IT}"
            ))
        })
    }
}

fn unreadable(place: &Place) -> StoreError {
    StoreError::Corrupt(format!(
        "the sealed secrets {place} do not open: they are damaged, or belong to another row"
    ))
}

/// What to do when there is no key.
pub(crate) const KEY_NEEDED: &str = "the secrets of connections are encrypted: give the master \
    key by the environment variable SYNCLINE_MASTER_KEY or with --master-key-file";

/// What to do when there are keys, but not the one.
pub(crate) const GIVE_IT: &str = "give it too by SYNCLINE_MASTER_KEY or in the file of \
    --master-key-file, behind the key that shall seal, and start this process again";
