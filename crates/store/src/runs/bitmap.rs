//! Sets of ordinals as they are stored.

use roaring::RoaringTreemap;

use crate::error::StoreError;

pub(crate) fn to_bytes(bitmap: &RoaringTreemap) -> Result<Vec<u8>, StoreError> {
    let mut bytes = Vec::with_capacity(bitmap.serialized_size());
    bitmap
        .serialize_into(&mut bytes)
        .map_err(|error| StoreError::Corrupt(format!("a bitmap cannot be written: {error}")))?;
    Ok(bytes)
}

pub(crate) fn from_bytes(bytes: &[u8]) -> Result<RoaringTreemap, StoreError> {
    RoaringTreemap::deserialize_from(bytes)
        .map_err(|error| StoreError::Corrupt(format!("a bitmap cannot be read: {error}")))
}
