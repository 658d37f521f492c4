//! A page as it will be compared: one draft for each key, in the order of the page.

use std::borrow::Cow;
use std::collections::HashSet;

use sha2::{Digest, Sha256};

use crate::records::key;
use crate::runs::RecordDraft;

/// The first half of a SHA-256: enough that no two texts share it by accident.
pub(super) type Hash = [u8; 16];

/// A record of the page, ready to be compared.
pub(super) struct Draft<'p> {
    pub(super) key: Cow<'p, str>,
    pub(super) data: &'p str,
    pub(super) hash: Hash,
}

/// Of equal keys the last one stays, at its own place.
pub(super) fn drafts(records: &[RecordDraft]) -> Vec<Draft<'_>> {
    let mut seen = HashSet::with_capacity(records.len());
    let mut drafts: Vec<Draft<'_>> = records
        .iter()
        .rev()
        .filter(|record| seen.insert(record.key.as_str()))
        .map(|record| Draft {
            key: key::to_stored(&record.key),
            data: record.data.get(),
            hash: hash(record.data.get()),
        })
        .collect();
    drafts.reverse();
    drafts
}

fn hash(text: &str) -> Hash {
    let digest = Sha256::digest(text.as_bytes());
    let mut hash = [0; 16];
    hash.copy_from_slice(&digest[..16]);
    hash
}
