//! XML, as objects: attributes are fields with an `@`, what is repeated is a list, and the text
//! of an element that has more than text is its `#text`.

use std::io::BufRead;

use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::super::extract::Extraction;
use super::{Broken, recode};
use crate::components::encodings::Encoding;

/// A document that must be held whole may not be larger.
const MAX_WHOLE: usize = 64 * 1024 * 1024;
/// No element lies deeper.
const MAX_DEPTH: usize = 500;

/// Reads a document. Elements at the end of a path of plain names are handed over one by one, and
/// nothing else is kept; otherwise the whole document is one body.
pub(super) fn read(
    mut reader: impl BufRead,
    extraction: &mut Extraction<'_>,
) -> Result<(), Broken> {
    let encoding = declared_encoding(reader.fill_buf()?)?;
    let reader = super::buffered(recode::to_utf8(&mut reader, encoding));
    let is_plain = |name: &String| !name.is_empty() && !name.starts_with(['@', '#', '*']);
    let streams = !extraction.keeps_rest
        && !extraction.path.is_empty()
        && extraction.path.iter().all(is_plain);
    let mut document = Document {
        streams,
        open: Vec::new(),
        names: Vec::new(),
        size: 0,
        has_root: false,
        root: Map::new(),
    };
    document.read(Reader::from_reader(reader), extraction)?;
    if !streams {
        let whole = Value::Object(document.root);
        extraction
            .body(&whole.to_string())
            .map_err(|_| Broken::Stopped)?;
        extraction.walked.rest = whole;
    }
    Ok(())
}

struct Document {
    streams: bool,
    open: Vec<Element>,
    names: Vec<String>,
    /// Bytes that are held.
    size: usize,
    has_root: bool,
    root: Map<String, Value>,
}

#[derive(Default)]
struct Element {
    fields: Map<String, Value>,
    text: String,
}

impl Document {
    fn read(
        &mut self,
        mut reader: Reader<impl BufRead>,
        extraction: &mut Extraction<'_>,
    ) -> Result<(), Broken> {
        let path = extraction.path;
        let mut buffer = Vec::new();
        loop {
            buffer.clear();
            match reader.read_event_into(&mut buffer).map_err(broken)? {
                Event::Start(start) => self.open(&start)?,
                Event::Empty(start) => {
                    self.open(&start)?;
                    self.close(extraction)?;
                }
                Event::End(_) => self.close(extraction)?,
                Event::Text(text) => self.text(&text.xml10_content(), path)?,
                Event::CData(text) => self.text(&text.xml10_content(), path)?,
                Event::GeneralRef(reference) => self.text(&resolved(&reference)?, path)?,
                Event::Eof => break,
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
            }
        }
        if !self.open.is_empty() {
            return Err(Broken::Other("ends in the middle of its XML".to_owned()));
        }
        if !self.has_root {
            return Err(Broken::Other("is not XML".to_owned()));
        }
        Ok(())
    }

    fn open(&mut self, start: &BytesStart<'_>) -> Result<(), Broken> {
        if self.open.len() >= MAX_DEPTH {
            return Err(Broken::Other(format!(
                "has elements more than {MAX_DEPTH} deep"
            )));
        }
        let mut element = Element::default();
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|error| broken(error.into()))?;
            let name = attribute.key.as_ref().to_owned();
            let value = attribute
                .normalized_value(XmlVersion::Implicit1_0)
                .map_err(broken)?;
            self.grow(name.len() + value.len())?;
            element
                .fields
                .insert(format!("@{name}"), Value::from(value.into_owned()));
        }
        let name = start.name().as_ref().to_owned();
        self.grow(name.len() + 1)?;
        self.has_root = true;
        self.open.push(element);
        self.names.push(name);
        Ok(())
    }

    /// Text above and beside the records is not kept.
    fn text(&mut self, text: &str, path: &[String]) -> Result<(), Broken> {
        if self.streams && !self.names.starts_with(path) && !self.open.is_empty() {
            return Ok(());
        }
        self.grow(text.len())?;
        match self.open.last_mut() {
            Some(element) => element.text.push_str(text),
            None if text.trim().is_empty() => {}
            None => return Err(Broken::Other("is not XML".to_owned())),
        }
        Ok(())
    }

    fn close(&mut self, extraction: &mut Extraction<'_>) -> Result<(), Broken> {
        let Some(element) = self.open.pop() else {
            return Err(Broken::Other("is not well-formed XML".to_owned()));
        };
        let is_record = self.streams && self.names == extraction.path;
        // Above and beside the records nothing is needed.
        let is_needed = !self.streams || self.names.starts_with(extraction.path);
        let name = self.names.pop().unwrap_or_default();
        if is_record {
            self.size = 0;
            extraction.walked.is_present = true;
            return match element.value() {
                Value::Null => Ok(()),
                value => {
                    let raw = RawValue::from_string(value.to_string()).map_err(Broken::Json)?;
                    Ok(extraction.records.take(raw)?)
                }
            };
        }
        if !is_needed {
            self.size = 0;
        } else {
            let parent = match self.open.last_mut() {
                Some(parent) => &mut parent.fields,
                None => &mut self.root,
            };
            push(parent, name, element.value());
        }
        Ok(())
    }

    /// What is held in memory is bounded.
    fn grow(&mut self, bytes: usize) -> Result<(), Broken> {
        self.size += bytes;
        if self.size > MAX_WHOLE {
            return Err(Broken::Other(format!(
                "holds more than {MAX_WHOLE} bytes of XML in one piece"
            )));
        }
        Ok(())
    }
}

impl Element {
    fn value(self) -> Value {
        let text = self.text.trim();
        match (self.fields.is_empty(), text.is_empty()) {
            (true, true) => Value::Null,
            (true, false) => Value::from(text),
            (false, true) => Value::Object(self.fields),
            (false, false) => {
                let mut fields = self.fields;
                push(&mut fields, "#text".to_owned(), Value::from(text));
                Value::Object(fields)
            }
        }
    }
}

/// The second of a name makes a list.
fn push(fields: &mut Map<String, Value>, name: String, value: Value) {
    match fields.get_mut(&name) {
        None => {
            fields.insert(name, value);
        }
        Some(Value::Array(items)) => items.push(value),
        Some(other) => {
            let first = other.take();
            *other = Value::Array(vec![first, value]);
        }
    }
}

fn resolved(reference: &BytesRef<'_>) -> Result<String, Broken> {
    if let Some(character) = reference.resolve_char_ref().map_err(broken)? {
        return Ok(character.to_string());
    }
    let name: &str = reference;
    quick_xml::escape::resolve_predefined_entity(name)
        .map(str::to_owned)
        .ok_or_else(|| Broken::Other(format!("has the unknown XML entity `{name}`")))
}

/// What the beginning of a document says of its encoding.
fn declared_encoding(beginning: &[u8]) -> Result<Encoding, Broken> {
    match beginning {
        [0xff, 0xfe, ..] | [b'<', 0, ..] => return Ok(Encoding::Other(encoding_rs::UTF_16LE)),
        [0xfe, 0xff, ..] | [0, b'<', ..] => return Ok(Encoding::Other(encoding_rs::UTF_16BE)),
        _ => {}
    }
    let head = String::from_utf8_lossy(&beginning[..beginning.len().min(200)]);
    let declaration = head
        .trim_start_matches('\u{feff}')
        .strip_prefix("<?xml")
        .and_then(|rest| rest.split("?>").next());
    let named = declaration
        .and_then(|declaration| declaration.split_once("encoding"))
        .and_then(|(_, after)| after.split(['"', '\'']).nth(1));
    match named {
        None => Ok(Encoding::Utf8),
        Some(name) => Encoding::named(name)
            .ok_or_else(|| Broken::Other(format!("is in the unknown encoding {name}"))),
    }
}

fn broken(error: quick_xml::Error) -> Broken {
    match error {
        quick_xml::Error::Io(error) => Broken::Other(format!("cannot be read: {error}")),
        other => Broken::Other(format!("is not well-formed XML: {other}")),
    }
}
