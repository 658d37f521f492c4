//! An answer, its body in memory or in a temporary file.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};

use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use serde_json::{Map, Value};

/// A complete answer.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Body,
}

/// The bytes of an answer, decompressed.
pub(crate) enum Body {
    Memory(Vec<u8>),
    /// Removed by the system when it is closed.
    File(File),
}

impl Body {
    /// The bytes, if they are in memory; without the byte order mark that some servers send.
    pub(crate) fn bytes(&self) -> Option<&[u8]> {
        match self {
            Body::Memory(bytes) => Some(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)),
            Body::File(_) => None,
        }
    }

    /// The whole as a value, if it is JSON in memory.
    pub(crate) fn json(&self) -> Option<Value> {
        serde_json::from_slice(self.bytes()?).ok()
    }

    /// Reads the bytes from their beginning, without a byte order mark of UTF-8.
    pub(crate) fn open(&self) -> std::io::Result<Box<dyn Read + '_>> {
        match self {
            Body::Memory(_) => Ok(Box::new(self.bytes().unwrap_or_default())),
            Body::File(file) => {
                let mut file: &File = file;
                let mut mark = Vec::with_capacity(3);
                file.seek(SeekFrom::Start(0))?;
                file.take(3).read_to_end(&mut mark)?;
                let start = if mark == *b"\xef\xbb\xbf" { 3 } else { 0 };
                file.seek(SeekFrom::Start(start))?;
                Ok(Box::new(BufReader::with_capacity(256 * 1024, file)))
            }
        }
    }
}

/// Headers as templates read them: their names as they are usually written, the first value of
/// each, and `link` parsed by RFC 8288.
pub(crate) fn header_values(headers: &HeaderMap) -> Value {
    let mut map = Map::new();
    for name in headers.keys() {
        let values: Vec<_> = headers
            .get_all(name)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .collect();
        let text = values.join(", ");
        if name == reqwest::header::LINK {
            let links = parse_links(&text);
            map.insert("Link".to_owned(), links.clone());
            map.insert("link".to_owned(), links);
        } else {
            map.insert(title_case(name.as_str()), Value::from(text.clone()));
            map.insert(name.as_str().to_owned(), Value::from(text));
        }
    }
    Value::Object(map)
}

/// `<url>; rel="next"; title="x"` as `{"next": {"url": …, "rel": "next", "title": "x"}}`.
fn parse_links(text: &str) -> Value {
    let mut links = Map::new();
    for part in text.split('<').skip(1) {
        let Some((url, attributes)) = part.split_once('>') else {
            continue;
        };
        let mut link = Map::new();
        link.insert("url".to_owned(), Value::from(url));
        for attribute in attributes.trim_end_matches([' ', ',']).split(';') {
            if let Some((name, value)) = attribute.split_once('=') {
                let value = value.trim_matches([' ', '"', '\'']);
                link.insert(name.trim().to_owned(), Value::from(value));
            }
        }
        let key = link
            .get("rel")
            .and_then(Value::as_str)
            .unwrap_or(url)
            .to_owned();
        links.insert(key, Value::Object(link));
    }
    Value::Object(links)
}

fn title_case(name: &str) -> String {
    let mut upper = true;
    name.chars()
        .map(|c| {
            let c = if upper { c.to_ascii_uppercase() } else { c };
            upper = c == '-';
            c
        })
        .collect()
}
