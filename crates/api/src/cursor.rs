//! Cursors: opaque, and only good for the list that gave them.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use syncline_domain::{
    AuditEventId, ConnectionId, HeldDeletesId, ModelId, OrganizationId, SyncId, TokenId,
};
use syncline_store::records::FeedPlace;
use uuid::Uuid;

use crate::problem::{ErrorCode, FieldError, Problem};

/// The first byte of every cursor; another format gets another number.
const VERSION: u8 = 1;

/// So many bytes of the hash are kept.
const SEAL_BYTES: usize = 12;

/// What a cursor is bound to: organization, path and filters.
#[derive(Clone)]
pub struct Binding(Sha256);

impl Binding {
    /// Filters count in any order.
    pub fn new<'a>(
        organization_id: OrganizationId,
        path: &str,
        filters: impl Iterator<Item = &'a (String, String)>,
    ) -> Self {
        let mut filters: Vec<_> = filters.collect();
        filters.sort();
        let mut hash = Sha256::new();
        hash.update([VERSION]);
        hash.update(organization_id.uuid().as_bytes());
        for text in [path].into_iter().chain(
            filters
                .iter()
                .flat_map(|(name, value)| [name.as_str(), value]),
        ) {
            hash.update(text.len().to_be_bytes());
            hash.update(text);
        }
        Self(hash)
    }

    fn seal(&self, key: &[u8]) -> [u8; SEAL_BYTES] {
        let mut seal = [0; SEAL_BYTES];
        let hash = self.0.clone().chain_update(key).finalize();
        seal.copy_from_slice(&hash[..SEAL_BYTES]);
        seal
    }
}

/// What a list is sorted by.
pub trait CursorKey: Sized {
    /// As it is put into a cursor.
    fn to_bytes(&self) -> Vec<u8>;
    /// The same key again.
    fn from_bytes(bytes: &[u8]) -> Option<Self>;
}

/// The text of a cursor: version, seal and key in base64url.
pub fn encode<K: CursorKey>(binding: &Binding, key: &K) -> String {
    let key = key.to_bytes();
    let mut bytes = vec![VERSION];
    bytes.extend_from_slice(&binding.seal(&key));
    bytes.extend_from_slice(&key);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The key behind a cursor.
///
/// # Errors
/// [`ErrorCode::InvalidCursor`] for every text that this binding has not given.
pub fn decode<K: CursorKey>(binding: &Binding, text: &str) -> Result<K, Problem> {
    let bytes = URL_SAFE_NO_PAD.decode(text).unwrap_or_default();
    let key = match bytes.split_first() {
        Some((&VERSION, rest)) => rest
            .split_at_checked(SEAL_BYTES)
            .filter(|(seal, key)| *seal == binding.seal(key))
            .and_then(|(_, key)| K::from_bytes(key)),
        _ => None,
    };
    key.ok_or_else(|| {
        let message = "is not a cursor of this list: use the Next-Cursor of the same path and filters, \
                       or leave it out to begin";
        Problem::fields(ErrorCode::InvalidCursor, vec![FieldError::query("cursor", message)])
    })
}

macro_rules! id_keys {
    ($($id:ident)*) => {
        $(impl CursorKey for $id {
            fn to_bytes(&self) -> Vec<u8> {
                self.uuid().as_bytes().to_vec()
            }

            fn from_bytes(bytes: &[u8]) -> Option<Self> {
                Uuid::from_slice(bytes).ok().map(Self::from_uuid)
            }
        })*
    };
}

id_keys!(AuditEventId ConnectionId HeldDeletesId ModelId SyncId TokenId);

impl CursorKey for i32 {
    fn to_bytes(&self) -> Vec<u8> {
        self.to_be_bytes().to_vec()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self::from_be_bytes)
    }
}

impl CursorKey for i64 {
    fn to_bytes(&self) -> Vec<u8> {
        self.to_be_bytes().to_vec()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self::from_be_bytes)
    }
}

/// Who has read past the end that was there at the start needs the number alone.
impl CursorKey for FeedPlace {
    fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.number.to_bytes();
        if self.begun_at > self.number {
            bytes.extend(self.begun_at.to_be_bytes());
        }
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (number, begun_at) = bytes.split_at_checked(size_of::<i64>())?;
        let place = Self::at(i64::from_bytes(number)?);
        if begun_at.is_empty() {
            return Some(place);
        }
        let begun_at = i64::from_bytes(begun_at)?;
        (begun_at > place.number).then_some(Self { begun_at, ..place })
    }
}

impl CursorKey for String {
    fn to_bytes(&self) -> Vec<u8> {
        self.as_bytes().to_vec()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        std::str::from_utf8(bytes).ok().map(str::to_owned)
    }
}

#[cfg(test)]
mod tests;
