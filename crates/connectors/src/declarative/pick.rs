//! Looks for fields at the top of a record's JSON in one pass over its text.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

/// Shows each field that has one of the names, with the name's index, in the order of the text.
/// A name that the text has twice is shown twice. The record must be an object.
pub(super) fn pick<'r>(
    record: &'r RawValue,
    names: &[String],
    show: &mut dyn FnMut(usize, &'r RawValue),
) -> Result<(), serde_json::Error> {
    let mut parser = serde_json::Deserializer::from_str(record.get());
    Pick { names, show }.deserialize(&mut parser)
}

struct Pick<'a, 'r> {
    names: &'a [String],
    show: &'a mut dyn FnMut(usize, &'r RawValue),
}

impl<'r> DeserializeSeed<'r> for Pick<'_, 'r> {
    type Value = ();

    fn deserialize<D: Deserializer<'r>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'r> Visitor<'r> for Pick<'_, 'r> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'r>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(index) = map.next_key_seed(Wanted(self.names))? {
            match index {
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
                Some(index) => (self.show)(index, map.next_value()?),
            }
        }
        Ok(())
    }
}

/// Reads a key as the index of the name that it is.
struct Wanted<'a>(&'a [String]);

impl<'r> DeserializeSeed<'r> for Wanted<'_> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'r>>(self, deserializer: D) -> Result<Option<usize>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Wanted<'_> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<Option<usize>, E> {
        Ok(self.0.iter().position(|name| name == key))
    }
}
