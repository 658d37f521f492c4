//! Walks to the records of an answer while it is parsed, and hands them over one by one. What
//! lies beside them is kept for templates, if any reads it.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// Takes records as they are found.
pub(super) trait Records {
    /// One record, as raw JSON. An error stops the parser.
    fn take(&mut self, record: Box<RawValue>) -> Result<(), Stop>;
}

/// The parser is not to go on; whoever stopped it knows why.
#[derive(Debug)]
pub(super) struct Stop;

/// What the walk found beside the records.
#[derive(Debug, Default)]
pub(super) struct Walked {
    /// The record path led somewhere.
    pub(super) is_present: bool,
    /// What stood there is neither records nor nothing: its kind.
    pub(super) wrong_kind: Option<&'static str>,
    /// The answer without its records, if it was wanted.
    pub(super) rest: Value,
}

/// Parses a whole answer, to its end.
pub(super) fn walk<'de, R: serde_json::de::Read<'de>>(
    reader: R,
    path: &[String],
    keeps_rest: bool,
    records: &mut dyn Records,
) -> Result<Walked, serde_json::Error> {
    let mut parser = serde_json::Deserializer::new(reader);
    let mut walked = Walked::default();
    let seed = Walk {
        path,
        keeps_rest,
        records,
        walked: &mut walked,
    };
    let rest = seed.deserialize(&mut parser)?;
    parser.end()?;
    walked.rest = rest;
    Ok(walked)
}

struct Walk<'a> {
    path: &'a [String],
    keeps_rest: bool,
    records: &'a mut dyn Records,
    walked: &'a mut Walked,
}

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Walk<'_> {
    fn scalar<E>(self, kind: &'static str, value: Value) -> Result<Value, E> {
        if self.path.is_empty() {
            self.walked.is_present = true;
            self.walked.wrong_kind = Some(kind);
        }
        Ok(value)
    }

    /// An object where the records should be is the only record.
    fn single<'de, A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        self.walked.is_present = true;
        let mut text = String::from("{");
        while let Some((key, value)) = map.next_entry::<String, Box<RawValue>>()? {
            text.push_str(if text.len() == 1 { "" } else { "," });
            text.push_str(&Value::from(key).to_string());
            text.push(':');
            text.push_str(value.get());
        }
        text.push('}');
        if text.len() > 2 {
            let record = RawValue::from_string(text).map_err(A::Error::custom)?;
            self.records
                .take(record)
                .map_err(|Stop| A::Error::custom("stopped"))?;
        }
        Ok(Value::Null)
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let Some((first, path)) = self.path.split_first() else {
            return self.single(map);
        };
        let mut rest = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            if key == *first {
                let seed = Walk {
                    path,
                    keeps_rest: self.keeps_rest,
                    records: self.records,
                    walked: self.walked,
                };
                let value = map.next_value_seed(seed)?;
                if self.keeps_rest {
                    rest.insert(key, value);
                }
            } else if self.keeps_rest {
                rest.insert(key, map.next_value()?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(Value::Object(rest))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let Some((first, path)) = self.path.split_first() else {
            self.walked.is_present = true;
            while let Some(record) = items.next_element::<Box<RawValue>>()? {
                self.records
                    .take(record)
                    .map_err(|Stop| A::Error::custom("stopped"))?;
            }
            return Ok(Value::Array(Vec::new()));
        };
        let wanted: Option<usize> = first.parse().ok();
        let mut rest = Vec::new();
        let mut index = 0;
        loop {
            let item = if wanted == Some(index) {
                let seed = Walk {
                    path,
                    keeps_rest: self.keeps_rest,
                    records: self.records,
                    walked: self.walked,
                };
                items.next_element_seed(seed)?
            } else if self.keeps_rest {
                items.next_element()?
            } else {
                items.next_element::<IgnoredAny>()?.map(|_| Value::Null)
            };
            let Some(item) = item else { break };
            index += 1;
            if self.keeps_rest {
                rest.push(item);
            }
        }
        Ok(Value::Array(rest))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        // Null where the records should be: there are none.
        self.walked.is_present |= self.path.is_empty();
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        self.scalar("a truth value", value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        self.scalar("a number", value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        self.scalar("a number", value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        self.scalar("a number", value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        self.scalar("a text", value.into())
    }
}
