//! What is known of a job that a provider works off: in positions, and for templates.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::decode::{Broken, decode};
use super::extract::{Extraction, Records, Stop, Walked};
use crate::components::async_jobs::AsyncJobs;
use crate::components::decoders::Decoder;
use crate::components::extractors::DpathExtractor;
use crate::error::{SourceError, SourceErrorKind};
use crate::http::answer::{Answer, header_values};
use crate::http::request::RequestParts;
use crate::path::{find, find_one};
use crate::template::{Context, Template, TemplateError, python};
use crate::text::sha256_hex;

/// So many times a job is made for one slice before it is given up.
pub(super) const MOST_TRIES: i64 = 3;

/// What was said of a job stands in positions while it is not longer, in bytes of JSON.
const LONGEST: usize = 16 * 1024;

/// The job of the open slice, as positions have it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct JobPlace {
    /// Jobs that were begun for the slice, this one included.
    pub(super) tries: i64,
    /// When it was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) began: Option<DateTime<Utc>>,
    /// What later requests read of the answer to its creation; nothing when the next job is still
    /// to be made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) created: Option<Value>,
    /// The next job is not made before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) not_before: Option<DateTime<Utc>>,
    /// Files behind it.
    #[serde(skip_serializing_if = "is_zero")]
    pub(super) file: i64,
    /// Stands for the open file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) mark: Option<String>,
    /// All files are behind.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) is_read: bool,
}

fn is_zero(number: &i64) -> bool {
    *number == 0
}

impl JobPlace {
    /// Whether what was said of it may be stored: neither too much, nor a secret.
    pub(super) fn is_storable(&self, is_secret: impl Fn(&Value) -> bool) -> bool {
        self.created
            .as_ref()
            .is_none_or(|created| created.to_string().len() <= LONGEST && !is_secret(created))
    }
}

/// A completed job: what is to be downloaded of it.
pub(super) struct Done {
    pub(super) polling: Value,
    /// Its files; never empty.
    pub(super) files: Vec<Value>,
}

/// What templates read of an answer about a job: its fields, `headers` and `request`.
///
/// The body must be an object, unless nothing else is read.
pub(super) fn told(
    answer: &Answer,
    parts: &RequestParts,
    reads: &[Vec<String>],
) -> Result<Value, SourceError> {
    let is_of_body = |path: &Vec<String>| {
        !matches!(
            path.first().map(String::as_str),
            Some("headers" | "request")
        )
    };
    let needs_body = reads.iter().any(is_of_body);
    let mut map = match answer.body.json() {
        Some(Value::Object(map)) => map,
        _ if !needs_body => Map::new(),
        _ => {
            return Err(SourceError::new(
                SourceErrorKind::Refused,
                "the answer is no JSON object, so that nothing can be told of the job",
            ));
        }
    };
    map.entry("headers")
        .or_insert_with(|| header_values(&answer.headers));
    map.entry("request").or_insert_with(|| asked(parts));
    Ok(pruned(&Value::Object(map), reads))
}

/// A request as templates see it. The credential is not a part of it.
fn asked(parts: &RequestParts) -> Value {
    let url = parts.full_url();
    let path = match url.query() {
        None => url.path().to_owned(),
        Some(query) => format!("{}?{query}", url.path()),
    };
    let headers: Map<String, Value> = parts
        .headers
        .iter()
        .map(|(name, value)| (name.clone(), Value::from(value.as_str())))
        .collect();
    json!({
        "method": parts.method.as_str(),
        "url": url.as_str(),
        "path_url": path,
        "headers": headers,
    })
}

/// What lies at the paths. An empty path is the whole.
fn pruned(whole: &Value, reads: &[Vec<String>]) -> Value {
    if reads.iter().any(Vec::is_empty) {
        return whole.clone();
    }
    let mut kept = Value::Object(Map::new());
    for path in reads {
        copy(whole, &mut kept, path);
    }
    kept
}

fn copy(from: &Value, to: &mut Value, path: &[String]) {
    let (Value::Object(from), Value::Object(to)) = (from, to) else {
        return;
    };
    let Some((first, rest)) = path.split_first() else {
        return;
    };
    // Names of headers do not tell upper from lower case.
    let found = from.get(first).or_else(|| {
        let mut same = from
            .iter()
            .filter(|(name, _)| name.eq_ignore_ascii_case(first));
        same.next().map(|(_, value)| value)
    });
    let Some(found) = found else {
        return;
    };
    if rest.is_empty() || !found.is_object() {
        to.insert(first.clone(), found.clone());
        return;
    }
    let below = to
        .entry(first.as_str())
        .or_insert_with(|| Value::Object(Map::new()));
    copy(found, below, rest);
}

/// Everything that an extractor finds in an answer about a job.
pub(super) fn extract(
    jobs: &AsyncJobs,
    extractor: &DpathExtractor,
    answer: &Answer,
    context: &Context,
) -> Result<Vec<Value>, SourceError> {
    let wrong = |message: &str| SourceError::new(SourceErrorKind::Refused, message);
    if answer.body.bytes().is_none() {
        return Err(wrong("the answer about a job is too large"));
    }
    let path = extractor
        .path(context)
        .map_err(|error| SourceError::new(SourceErrorKind::Configuration, error.to_string()))?;
    let mut found = Vec::new();
    for body in bodies(&jobs.decoder, answer)? {
        let value = if path.is_empty() {
            Some(body)
        } else if path.iter().any(|part| part == "*") {
            Some(find(&body, &path).into_iter().cloned().collect())
        } else {
            find_one(&body, &path)
                .map_err(|count| wrong(&format!("`{}` is there {count} times", path.join("."))))?
                .cloned()
        };
        match value {
            Some(Value::Array(items)) => found.extend(items),
            Some(value) if python::is_truthy(&value) => found.push(value),
            Some(_) | None => {}
        }
    }
    Ok(found)
}

fn bodies(decoder: &Decoder, answer: &Answer) -> Result<Vec<Value>, SourceError> {
    let transient = SourceErrorKind::Transient { not_before: None };
    let unreadable = || SourceError::new(transient, "the answer about a job cannot be read");
    if matches!(decoder, Decoder::Json { .. }) {
        return match answer.body.json().ok_or_else(unreadable)? {
            Value::Array(bodies) => Ok(bodies),
            body => Ok(vec![body]),
        };
    }
    let mut all = All(Vec::new());
    let mut extraction = Extraction {
        path: &[],
        keeps_rest: false,
        only_lists: false,
        records: &mut all,
        walked: Walked::default(),
    };
    match decode(decoder, &answer.body, MAX_UNPACKED, &mut extraction) {
        Ok(()) | Err(Broken::Stopped) => Ok(all.0),
        Err(_) => Err(unreadable()),
    }
}

/// No answer about a job unpacks to more.
const MAX_UNPACKED: u64 = 64 * 1024 * 1024;

struct All(Vec<Value>);

impl Records for All {
    fn take(&mut self, body: Box<RawValue>) -> Result<(), Stop> {
        let value = serde_json::from_str(body.get()).map_err(|_| Stop)?;
        self.0.push(value);
        Ok(())
    }

    fn odd(&mut self, _: &'static str, _: String) {}
}

/// Stands for a file. The query of an address is another one each time it is signed.
pub(super) fn mark_of(file: &Value) -> String {
    let text = python::str(file);
    let mut mark = sha256_hex(text.split('?').next().unwrap_or(&text));
    mark.truncate(16);
    mark
}

/// A span of time that a template counts in units.
pub(super) fn span(
    template: Option<&Template>,
    unit: Duration,
    context: &Context,
) -> Result<Option<Duration>, TemplateError> {
    let Some(template) = template else {
        return Ok(None);
    };
    let value = template.string_value(context)?;
    let count = match &value {
        Value::Number(number) => number.as_i64(),
        value => python::str(value).trim().parse().ok(),
    };
    let wrong = |problem: &str| TemplateError {
        template: template.source().to_owned(),
        problem: problem.to_owned(),
        is_undefined: false,
    };
    match count {
        None => Err(wrong("gives no whole number")),
        Some(0) => Ok(None),
        Some(count) if count < 0 => Err(wrong("gives a negative number")),
        Some(count) => {
            let most = i64::from(i32::MAX);
            Ok(i32::try_from(count.min(most))
                .ok()
                .and_then(|count| unit.checked_mul(count)))
        }
    }
}
