//! The suffix of a TypeID: 128 bits in 26 characters of Crockford base 32.
//!
//! Written here because the crates that do it bring more dependencies than this whole crate has.

use chrono::{DateTime, Utc};
use uuid::Uuid;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// The UUIDv7 of RFC 9562 §5.7: 48 bits of Unix milliseconds, then random bits.
pub(super) fn uuid_v7(at: DateTime<Utc>, entropy: [u8; 10]) -> Uuid {
    let millis = u64::try_from(at.timestamp_millis()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &entropy).into_uuid()
}

/// The most significant character first; it holds three bits only, so it is at most `7`.
pub(super) fn encode(uuid: Uuid) -> String {
    let bits = uuid.as_u128();
    (0..26)
        .rev()
        .map(|place| char::from(ALPHABET[usize::try_from((bits >> (place * 5)) & 31).unwrap_or(0)]))
        .collect()
}

/// `None` when a character is not of the alphabet, or the value needs more than 128 bits.
pub(super) fn decode(suffix: &str) -> Option<Uuid> {
    let bytes = suffix.as_bytes();
    if bytes.len() != 26 || bytes[0] > b'7' {
        return None;
    }
    let mut bits = 0u128;
    for byte in bytes {
        let digit = ALPHABET.iter().position(|c| c == byte)?;
        bits = (bits << 5) | u128::try_from(digit).ok()?;
    }
    Some(Uuid::from_u128(bits))
}
