//! The sealed formats.
//!
//! Format 2, an envelope: the document is encrypted with a data key of its own, drawn anew by
//! every write; the data key is encrypted with a master key. Both by AES-256-GCM:
//!
//! | bytes | |
//! |---|---|
//! | 12 | nonce of the data key |
//! | 32 + 16 | the data key, encrypted, and its tag |
//! | 12 | nonce of the document |
//! | any + 16 | the document, encrypted, and its tag |
//!
//! Format 1, of the first release, encrypts the document with the master key itself: a byte 1, a
//! nonce, the document and its tag. It is opened, and never made.

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use rand::Rng;
use secrecy::zeroize::Zeroizing;

use super::keys::{KeyId, MasterKey};
use super::place::Place;

/// The format of what is sealed from now on.
pub(super) const FORMAT: i32 = 2;

const NONCE: usize = 12;
const WRAPPED: usize = NONCE + 32 + 16;

/// It does not open: damaged, sealed with another key, or moved here from another place.
pub(super) struct Unreadable;

/// Encrypts a document for its place.
pub(super) fn seal(key: &MasterKey, place: &Place, clear: &[u8]) -> Result<Vec<u8>, Unreadable> {
    let mut data_key = Zeroizing::new([0; 32]);
    rand::rng().fill_bytes(&mut *data_key);
    let document = encrypt(&data_key, &bound_document(place), clear)?;
    let wrapped = encrypt(key.bytes(), &bound_key(place, &key.id()), &*data_key)?;
    Ok([wrapped, document].concat())
}

/// Decrypts what was sealed for the same place with this key.
pub(super) fn open(
    key: &MasterKey,
    place: &Place,
    format: i32,
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Unreadable> {
    match format {
        1 => {
            let body = sealed.strip_prefix(&[1]).ok_or(Unreadable)?;
            decrypt(key.bytes(), bound_first(place).as_bytes(), body)
        }
        FORMAT => {
            let (data_key, document) = unwrap(key, place, sealed)?;
            decrypt(&data_key, &bound_document(place), document)
        }
        _ => Err(Unreadable),
    }
}

/// The same document with its data key wrapped by another master key. What format 1 sealed gets a
/// data key by this.
pub(super) fn rewrap(
    old: &MasterKey,
    new: &MasterKey,
    place: &Place,
    format: i32,
    sealed: &[u8],
) -> Result<Vec<u8>, Unreadable> {
    if format != FORMAT {
        return seal(new, place, &open(old, place, format, sealed)?);
    }
    let (data_key, document) = unwrap(old, place, sealed)?;
    // What does not open is not passed on as if it did.
    decrypt(&data_key, &bound_document(place), document)?;
    let wrapped = encrypt(new.bytes(), &bound_key(place, &new.id()), &*data_key)?;
    Ok([&wrapped, document].concat())
}

fn unwrap<'s>(
    key: &MasterKey,
    place: &Place,
    sealed: &'s [u8],
) -> Result<(Zeroizing<[u8; 32]>, &'s [u8]), Unreadable> {
    let (wrapped, document) = sealed.split_at_checked(WRAPPED).ok_or(Unreadable)?;
    let bytes = decrypt(key.bytes(), &bound_key(place, &key.id()), wrapped)?;
    let mut data_key = Zeroizing::new([0; 32]);
    if bytes.len() != data_key.len() {
        return Err(Unreadable);
    }
    data_key.copy_from_slice(&bytes);
    Ok((data_key, document))
}

/// A nonce, then what is encrypted.
fn encrypt(key: &[u8; 32], bound: &[u8], clear: &[u8]) -> Result<Vec<u8>, Unreadable> {
    let mut nonce = [0; NONCE];
    rand::rng().fill_bytes(&mut nonce);
    let payload = Payload {
        msg: clear,
        aad: bound,
    };
    let sealed = cipher(key)?.encrypt(&Nonce::from(nonce), payload);
    Ok([&nonce[..], &sealed.map_err(|_| Unreadable)?].concat())
}

fn decrypt(key: &[u8; 32], bound: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Unreadable> {
    let (nonce, body) = sealed.split_first_chunk::<NONCE>().ok_or(Unreadable)?;
    let payload = Payload {
        msg: body,
        aad: bound,
    };
    let clear = cipher(key)?.decrypt(&Nonce::from(*nonce), payload);
    clear.map(Zeroizing::new).map_err(|_| Unreadable)
}

fn cipher(key: &[u8; 32]) -> Result<Aes256Gcm, Unreadable> {
    Aes256Gcm::new_from_slice(key).map_err(|_| Unreadable)
}

/// What a data key is bound to. None of the parts holds U+0000, so that no two places are the
/// same bytes.
fn bound_key(place: &Place, key_id: &KeyId) -> Vec<u8> {
    bound("data key", place, &format!("{FORMAT}\0{key_id}"))
}

/// What a document is bound to. Its master key is bound by way of its data key.
fn bound_document(place: &Place) -> Vec<u8> {
    bound("document", place, &FORMAT.to_string())
}

fn bound(what: &str, place: &Place, rest: &str) -> Vec<u8> {
    let Place {
        organization_id,
        connection_id,
        purpose,
    } = place;
    let (organization, connection) = (organization_id.uuid(), connection_id.uuid());
    format!("syncline secret {what}\0{organization}\0{connection}\0{purpose}\0{rest}").into_bytes()
}

/// What the first release bound its secrets to.
fn bound_first(place: &Place) -> String {
    format!("connections/{}/sealed_secrets", place.connection_id.uuid())
}

#[cfg(test)]
pub(super) mod tests;
