//! Walks to the records of an answer while it is parsed, and hands them over one by one. What
//! lies beside them is kept for templates, if any reads it.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::path::{fits, is_pattern};
use crate::template::python;

/// Takes records as they are found.
pub(super) trait Records {
    /// One record, as raw JSON. An error stops the parser.
    fn take(&mut self, record: Box<RawValue>) -> Result<(), Stop>;

    /// Something odd that does not stop the parser.
    fn odd(&mut self, code: &'static str, message: String);
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

/// Takes the records out of decoded bodies.
pub(super) struct Extraction<'a> {
    /// Names of fields, or indexes; `*` is any.
    pub(super) path: &'a [String],
    pub(super) keeps_rest: bool,
    /// An object at the end of the path is nothing.
    pub(super) only_lists: bool,
    pub(super) records: &'a mut dyn Records,
    pub(super) walked: Walked,
}

impl Extraction<'_> {
    /// A whole JSON document, to its end. The items of a list at its top are bodies of their own.
    pub(super) fn document<'de, R: serde_json::de::Read<'de>>(
        &mut self,
        reader: R,
    ) -> Result<(), serde_json::Error> {
        self.walk(reader, true)
    }

    /// One body as JSON.
    pub(super) fn body(&mut self, text: &str) -> Result<(), serde_json::Error> {
        self.walk(serde_json::de::StrRead::new(text), false)
    }

    fn walk<'de, R: serde_json::de::Read<'de>>(
        &mut self,
        reader: R,
        is_top: bool,
    ) -> Result<(), serde_json::Error> {
        let mut parser = serde_json::Deserializer::new(reader);
        let seed = Walk {
            path: self.path,
            is_top,
            keeps_rest: self.keeps_rest,
            only_lists: self.only_lists,
            records: self.records,
            walked: &mut self.walked,
        };
        let rest = seed.deserialize(&mut parser)?;
        parser.end()?;
        if self.keeps_rest {
            self.walked.rest = rest;
        }
        Ok(())
    }
}

struct Walk<'a> {
    path: &'a [String],
    is_top: bool,
    keeps_rest: bool,
    only_lists: bool,
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
    fn below<'b>(&'b mut self, path: &'b [String]) -> Walk<'b> {
        Walk {
            path,
            is_top: false,
            keeps_rest: self.keeps_rest,
            only_lists: self.only_lists,
            records: &mut *self.records,
            walked: &mut *self.walked,
        }
    }

    /// A value that Python takes for false is nothing; another one is no record.
    fn scalar<E>(self, kind: &'static str, value: Value) -> Result<Value, E> {
        if self.path.is_empty() {
            self.walked.is_present = true;
            if python::is_truthy(&value) {
                self.walked.wrong_kind = Some(kind);
            }
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
        if text.len() > 2 && !self.only_lists {
            let record = RawValue::from_string(text).map_err(A::Error::custom)?;
            self.records.take(record).map_err(stopped)?;
        }
        Ok(Value::Null)
    }

    /// The records themselves.
    fn list<'de, A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        self.walked.is_present = true;
        while let Some(record) = items.next_element::<Box<RawValue>>()? {
            self.records.take(record).map_err(stopped)?;
        }
        Ok(Value::Array(Vec::new()))
    }

    /// A list at the top of a document: each item is a body, the first one what templates see.
    fn bodies<'de, A: SeqAccess<'de>>(mut self, mut items: A) -> Result<Value, A::Error> {
        let mut first = None;
        if self.path.is_empty() {
            self.walked.is_present = true;
            while let Some(body) = items.next_element::<Box<RawValue>>()? {
                self.body(body).map_err(stopped)?;
            }
        } else {
            let path = self.path;
            while let Some(rest) = items.next_element_seed(self.below(path))? {
                first.get_or_insert(rest);
            }
        }
        Ok(first.unwrap_or_else(|| Value::Object(Map::new())))
    }

    /// A body that is itself what was looked for.
    fn body(&mut self, body: Box<RawValue>) -> Result<(), Stop> {
        let text = body.get();
        match text.as_bytes().first() {
            Some(b'{') if text[1..text.len() - 1].trim().is_empty() => Ok(()),
            Some(b'[') => {
                let items: Vec<Box<RawValue>> = serde_json::from_str(text).unwrap_or_default();
                items
                    .into_iter()
                    .try_for_each(|item| self.records.take(item))
            }
            _ if matches!(text, "null" | "false" | "0" | "0.0" | "\"\"") => Ok(()),
            _ => self.records.take(body),
        }
    }
}

fn stopped<E: Error>(Stop: Stop) -> E {
    E::custom("stopped")
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Value, A::Error> {
        let Some((first, path)) = self.path.split_first() else {
            return self.single(map);
        };
        let mut rest = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            if fits(first, &key) {
                let value = map.next_value_seed(self.below(path))?;
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

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<Value, A::Error> {
        if self.is_top {
            return self.bodies(items);
        }
        let Some((first, path)) = self.path.split_first() else {
            return self.list(items);
        };
        let wanted: Option<usize> = first.parse().ok();
        let mut rest = Vec::new();
        let mut index = 0;
        loop {
            let item = if wanted == Some(index)
                || (is_pattern(first) && fits(first, &index.to_string()))
            {
                items.next_element_seed(self.below(path))?
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
