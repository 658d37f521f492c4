//! Decodes an answer, body by body, without holding it whole.

mod archives;
mod lines;
mod recode;
mod table;
mod xml;

use std::cell::Cell;
use std::io::{BufRead, BufReader, Read};

use serde_json::Value;
use serde_json::value::RawValue;

use self::table::Form;
use super::extract::{Extraction, Records, Stop, Walked};
use crate::components::decoders::Decoder;
use crate::components::encodings::Encoding;
use crate::http::answer::Body;

/// The warning that a line was left out.
pub(super) const LINE_UNREADABLE: &str = "line_unreadable";

/// Why an answer cannot be decoded.
#[derive(Debug)]
pub(super) enum Broken {
    /// Whoever takes the records does not want more.
    Stopped,
    /// What should be JSON is not.
    Json(serde_json::Error),
    /// It cannot be read, or not be unpacked.
    Read(std::io::Error),
    /// It unpacks to more than is taken.
    TooLarge(u64),
    /// It is something else than the manifest says, in words that follow "the answer".
    Other(String),
}

impl From<Stop> for Broken {
    fn from(Stop: Stop) -> Self {
        Self::Stopped
    }
}

impl From<std::io::Error> for Broken {
    fn from(error: std::io::Error) -> Self {
        Self::Read(error)
    }
}

/// How much may come out of an archive.
pub(super) struct Limit {
    most: u64,
    is_passed: Cell<bool>,
}

impl Limit {
    pub(super) fn new(most: u64) -> Self {
        Self {
            most,
            is_passed: Cell::new(false),
        }
    }

    /// The reader, which fails behind the limit.
    fn on<R: Read>(&self, reader: R) -> Limited<'_, R> {
        Limited {
            reader,
            left: self.most,
            is_passed: &self.is_passed,
        }
    }
}

struct Limited<'l, R> {
    reader: R,
    left: u64,
    is_passed: &'l Cell<bool>,
}

impl<R: Read> Read for Limited<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.reader.read(buffer)?;
        match self.left.checked_sub(read as u64) {
            Some(left) => self.left = left,
            None => {
                self.is_passed.set(true);
                return Err(std::io::Error::other("too large"));
            }
        }
        Ok(read)
    }
}

/// Hands every body of an answer to the extraction.
pub(super) fn decode(
    decoder: &Decoder,
    body: &Body,
    most: u64,
    extraction: &mut Extraction<'_>,
) -> Result<(), Broken> {
    let limit = Limit::new(most);
    let decoded = match (decoder, body) {
        // The usual case is parsed where it lies.
        (
            Decoder::Json {
                encoding: Encoding::Utf8,
            },
            Body::Memory(_),
        ) => {
            let bytes = body.bytes().unwrap_or_default();
            let document = serde_json::de::SliceRead::new(bytes);
            extraction.document(document).map_err(Broken::Json)
        }
        (Decoder::Zip(inner), _) => {
            archives::unzip(body, |file| stream(inner, file, &limit, extraction))
        }
        _ => body
            .open()
            .map_err(Broken::Read)
            .and_then(|mut reader| stream(decoder, &mut reader, &limit, extraction)),
    };
    match decoded {
        Err(_) if limit.is_passed.get() => Err(Broken::TooLarge(most)),
        other => other,
    }
}

/// Everything but archives can be read from its beginning to its end.
fn stream(
    decoder: &Decoder,
    reader: &mut dyn Read,
    limit: &Limit,
    extraction: &mut Extraction<'_>,
) -> Result<(), Broken> {
    match decoder {
        Decoder::Json { encoding } => {
            let reader = buffered(recode::to_utf8(reader, *encoding));
            let document = serde_json::de::IoRead::new(reader);
            extraction.document(document).map_err(Broken::Json)
        }
        Decoder::JsonItems { path, encoding } => {
            let reader = buffered(recode::to_utf8(reader, *encoding));
            let mut items = Items(extraction);
            let mut outer = Extraction {
                path,
                keeps_rest: false,
                only_lists: true,
                records: &mut items,
                walked: Walked::default(),
            };
            outer
                .document(serde_json::de::IoRead::new(reader))
                .map_err(Broken::Json)
        }
        Decoder::JsonLines { encoding } => {
            lines::json(buffered(recode::to_utf8(reader, *encoding)), extraction)
        }
        Decoder::Csv {
            encoding,
            delimiter,
            nulls,
        } => {
            let reader = recode::to_utf8(reader, *encoding);
            table::read(reader, &Form::plain(*delimiter, nulls), extraction)
        }
        Decoder::File { keeps_words } => archives::gunzip(reader, |plain| {
            let mut plain = limit.on(plain);
            let reader = recode::to_utf8(&mut plain, Encoding::Utf8);
            table::read(reader, &Form::file(*keeps_words), extraction)
        }),
        Decoder::Lines => lines::plain(buffered(reader), extraction),
        Decoder::Xml => xml::read(buffered(reader), extraction),
        Decoder::Gzip(inner) => archives::gunzip(reader, |plain| {
            stream(inner, &mut limit.on(plain), limit, extraction)
        }),
        Decoder::Zip(_) => Err(Broken::Other(
            "is an archive inside something else, which cannot be unpacked".to_owned(),
        )),
    }
}

fn buffered<R: Read>(reader: R) -> impl BufRead {
    BufReader::with_capacity(64 * 1024, reader)
}

/// Takes the items of a list as bodies.
struct Items<'i, 'e>(&'i mut Extraction<'e>);

impl Records for Items<'_, '_> {
    fn take(&mut self, item: Box<RawValue>) -> Result<(), Stop> {
        self.0.body(item.get()).map_err(|_| Stop)
    }

    fn odd(&mut self, code: &'static str, message: String) {
        self.0.records.odd(code, message);
    }
}

/// The first body of an answer, whatever its format; a list's first item.
pub(crate) fn first_body(decoder: &Decoder, body: &Body) -> Option<Value> {
    let mut first = First(None);
    let mut extraction = Extraction {
        path: &[],
        keeps_rest: false,
        only_lists: false,
        records: &mut first,
        walked: Walked::default(),
    };
    // It stops at the first one.
    let _ = decode(decoder, body, MAX_FIRST, &mut extraction);
    first.0
}

/// A first body lies within so many bytes of what is unpacked.
const MAX_FIRST: u64 = 64 * 1024 * 1024;

struct First(Option<Value>);

impl Records for First {
    fn take(&mut self, body: Box<RawValue>) -> Result<(), Stop> {
        self.0 = serde_json::from_str(body.get()).ok();
        Err(Stop)
    }

    fn odd(&mut self, _: &'static str, _: String) {}
}

#[cfg(test)]
mod tests;
