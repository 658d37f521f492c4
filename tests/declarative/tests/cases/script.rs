//! What a case's provider answers. `oracle/scripted.py` reads the same scripts in the same way.

use std::collections::HashMap;
use std::io::Write;
use std::sync::Mutex;

use serde_json::{Value, json};

/// A request as both sides note it.
#[derive(Debug, Clone)]
pub struct Request {
    pub method: String,
    pub path: String,
    pub query: Vec<(String, String)>,
    pub headers: HashMap<String, String>,
    pub body: Value,
}

impl Request {
    /// In the form of the golden files.
    pub fn as_json(&self) -> Value {
        let mut query = self.query.clone();
        query.sort();
        json!({
            "method": self.method,
            "path": self.path,
            "query": query,
            "headers": self.headers,
            "body": self.body,
        })
    }

    fn parameter(&self, name: &str) -> Option<&str> {
        let mut found = self.query.iter().filter(|(key, _)| key == name);
        found.next_back().map(|(_, value)| value.as_str())
    }
}

pub struct Reply {
    pub status: u64,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

pub struct Script {
    routes: Vec<Value>,
    /// How often each route was taken.
    taken: Mutex<Vec<usize>>,
}

impl Script {
    pub fn new(routes: Vec<Value>) -> Self {
        Self {
            taken: Mutex::new(vec![0; routes.len()]),
            routes,
        }
    }

    pub fn reply(&self, request: &Request, url: &str) -> Reply {
        let found = self.routes.iter().position(|route| fits(route, request));
        let nowhere = json!({"status": 404, "json": {"error": "no route of the script fits"}});
        let reply = match found {
            None => &nowhere,
            Some(index) => {
                let mut taken = self.taken.lock().unwrap();
                taken[index] += 1;
                chosen(&self.routes[index], request, taken[index] - 1)
            }
        };
        rendered(reply, url)
    }
}

fn fits(route: &Value, request: &Request) -> bool {
    let is = |name: &str, found: &str| route.get(name).is_none_or(|wanted| wanted == found);
    let all = |name: &str, find: &dyn Fn(&str) -> Option<String>| {
        let wanted = route.get(name).and_then(Value::as_object);
        wanted
            .into_iter()
            .flatten()
            .all(|(key, value)| find(key).as_deref() == value.as_str())
    };
    is("method", &request.method)
        && is("path", &request.path)
        && all("query", &|name| request.parameter(name).map(str::to_owned))
        && all("header", &|name| request.headers.get(name).cloned())
        && route
            .get("body")
            .is_none_or(|wanted| *wanted == request.body)
}

/// `by` chooses a reply by a query parameter; `replies` are used one after the other, and the
/// last one again and again.
fn chosen<'r>(route: &'r Value, request: &Request, count: usize) -> &'r Value {
    if let Some(by) = route.get("by").and_then(Value::as_str) {
        let replies = &route["replies"];
        let value = request.parameter(by).unwrap_or_default();
        return replies.get(value).or(replies.get("*")).unwrap_or(&NO_PAGE);
    }
    match route.get("replies").and_then(Value::as_array) {
        Some(replies) => &replies[count.min(replies.len() - 1)],
        None => route,
    }
}

static NO_PAGE: std::sync::LazyLock<Value> =
    std::sync::LazyLock::new(|| json!({"status": 404, "json": {"error": "no such page"}}));

fn rendered(reply: &Value, url: &str) -> Reply {
    let text = match reply.get("json") {
        Some(json) => json.to_string(),
        None => reply["text"].as_str().unwrap_or_default().to_owned(),
    };
    let body = text.replace("URL", url).into_bytes();
    let body = match reply.get("packed").and_then(Value::as_str) {
        None => body,
        Some("gzip") => gzip(&body),
        Some("zip") => zip(&body),
        Some(other) => panic!("{other} is no way to pack"),
    };
    let given = reply.get("headers").and_then(Value::as_object);
    let mut headers: Vec<_> = given
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.clone(), value.as_str().unwrap().replace("URL", url)))
        .collect();
    if !headers
        .iter()
        .any(|(name, _)| name.eq_ignore_ascii_case("content-type"))
    {
        headers.push(("Content-Type".to_owned(), "application/json".to_owned()));
    }
    Reply {
        status: reply.get("status").and_then(Value::as_u64).unwrap_or(200),
        headers,
        body,
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// An archive with one stored file.
fn zip(bytes: &[u8]) -> Vec<u8> {
    let name = b"part";
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    let size = u32::try_from(bytes.len()).unwrap().to_le_bytes();
    let name_length = u16::try_from(name.len()).unwrap().to_le_bytes();
    let mut common = vec![20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0];
    common.extend(crc.sum().to_le_bytes());
    common.extend(size);
    common.extend(size);
    common.extend(name_length);
    common.extend([0, 0]);
    let mut archive = b"PK\x03\x04".to_vec();
    archive.extend(&common);
    archive.extend(name);
    archive.extend(bytes);
    let directory = u32::try_from(archive.len()).unwrap();
    archive.extend(b"PK\x01\x02\x14\x00");
    archive.extend(&common);
    archive.extend([0; 14]);
    archive.extend(name);
    let length = u32::try_from(archive.len()).unwrap() - directory;
    archive.extend(b"PK\x05\x06\x00\x00\x00\x00\x01\x00\x01\x00");
    archive.extend(length.to_le_bytes());
    archive.extend(directory.to_le_bytes());
    archive.extend([0, 0]);
    archive
}
