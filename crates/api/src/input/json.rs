//! JSON as callers send it: what has two meanings is refused.

use std::fmt::Write;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::fields::pointer;
use crate::problem::{ErrorCode, FieldError, Problem};

/// Reads a whole body.
///
/// # Errors
/// [`ErrorCode::InvalidJson`], or [`ErrorCode::InvalidBody`] when an object has a key twice: some
/// readers take the first and some the last, so that nobody knows what was meant.
pub fn read_json(bytes: &[u8]) -> Result<Value, Problem> {
    let mut place = Place::default();
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let read = Tree(&mut place).deserialize(&mut deserializer);
    let value = read
        .and_then(|value| deserializer.end().map(|()| value))
        .map_err(|error| {
            // The parser's words name a place and a kind, never a value.
            Problem::new(
                ErrorCode::InvalidJson,
                format!("the body is not JSON: {error}"),
            )
        })?;
    match place.twice {
        None => Ok(value),
        Some(path) => {
            let error = FieldError::body(path, "is given twice");
            Err(Problem::fields(ErrorCode::InvalidBody, vec![error]))
        }
    }
}

/// Where the reader stands.
#[derive(Default)]
struct Place {
    /// As a JSON pointer.
    path: String,
    /// The first key that stood twice.
    twice: Option<String>,
}

/// One value with all that is in it.
struct Tree<'p>(&'p mut Place);

impl Tree<'_> {
    /// Runs one step below the place, and comes back.
    fn below<T>(&mut self, step: &str, read: impl FnOnce(Tree<'_>) -> T) -> T {
        let length = self.0.path.len();
        self.0.path.push_str(step);
        let read = read(Tree(self.0));
        self.0.path.truncate(length);
        read
    }
}

impl<'de> DeserializeSeed<'de> for Tree<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Tree<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        let number = Number::from_f64(value).ok_or_else(|| E::custom("number out of range"))?;
        Ok(Value::Number(number))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        Ok(Value::from(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        let mut step = String::new();
        loop {
            step.clear();
            // Writing to a String does not fail.
            _ = write!(step, "/{}", list.len());
            match self.below(&step, |tree| items.next_element_seed(tree))? {
                Some(item) => list.push(item),
                None => return Ok(Value::Array(list)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            let value = self.below(&pointer(&key), |tree| {
                if map.contains_key(&key) && tree.0.twice.is_none() {
                    tree.0.twice = Some(tree.0.path.clone());
                }
                entries.next_value_seed(tree)
            })?;
            map.insert(key, value);
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_key_that_stands_twice_is_named_by_its_path() {
        for (text, path) in [
            (r#"{"a":1,"a":1}"#, "/a"),
            (r#"{"a":1,"\u0061":2}"#, "/a"),
            (r#"[0,{"a/b":{"c":1,"c":2}}]"#, "/1/a~1b/c"),
            (r#"{"a":{"b":1,"b":2},"a":3}"#, "/a/b"),
        ] {
            let problem = read_json(text.as_bytes()).unwrap_err();
            assert_eq!(problem.code, ErrorCode::InvalidBody, "{text}");
            assert_eq!(problem.errors[0].path, path, "{text}");
        }
        let broken = read_json(br#"{"a":1,"a":1"#).unwrap_err();
        assert_eq!(broken.code, ErrorCode::InvalidJson);
        let same = r#"{"a":{"b":1},"c":{"b":1},"d":[{"b":1},{"b":1}]}"#;
        assert!(read_json(same.as_bytes()).is_ok());
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::btree_map(any::<String>(), inner, 0..6)
                    .prop_map(|map| json!(map)),
            ]
        })
    }

    proptest! {
        /// Without keys that stand twice it reads what `serde_json` reads.
        #[test]
        fn every_value_is_read_as_it_was_written(value in values()) {
            let text = value.to_string();
            let wanted: Value = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(read_json(text.as_bytes()).unwrap(), wanted);
        }
    }
}
