//! Keeps secrets out of texts.

use std::collections::VecDeque;
use std::sync::{Arc, PoisonError, RwLock};

use serde_json::Value;
use url::Url;

/// Shorter values are too common in ordinary texts to be told apart from them.
const MIN_LENGTH: usize = 4;

/// Of the secrets that come up at run time, so many are remembered.
const MAX_LEARNT: usize = 64;

/// The secret values of one connection. Clones learn together.
#[derive(Clone, Default)]
pub(crate) struct Redactor {
    secrets: Arc<RwLock<Secrets>>,
}

#[derive(Default)]
struct Secrets {
    /// Of the configuration.
    given: Vec<String>,
    /// The latest last.
    learnt: VecDeque<String>,
}

impl Redactor {
    pub(crate) fn new<'v>(secrets: impl Iterator<Item = &'v Value>) -> Self {
        let mut found = Vec::new();
        secrets.for_each(|secret| collect(secret, &mut found));
        // The longer first: one may contain another.
        found.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        found.dedup();
        Self {
            secrets: Arc::new(RwLock::new(Secrets {
                given: found,
                learnt: VecDeque::new(),
            })),
        }
    }

    /// Remembers a secret that the configuration does not hold: a token that a provider gave, or
    /// that was made.
    pub(crate) fn learn(&self, secret: &str) {
        if secret.len() < MIN_LENGTH || self.any(|known| known == secret) {
            return;
        }
        let mut secrets = self.secrets.write().unwrap_or_else(PoisonError::into_inner);
        if secrets.learnt.len() >= MAX_LEARNT {
            secrets.learnt.pop_front();
        }
        secrets.learnt.push_back(secret.to_owned());
    }

    /// The text with every secret replaced.
    pub(crate) fn clean(&self, text: &str) -> String {
        let mut text = text.to_owned();
        let secrets = self.secrets.read().unwrap_or_else(PoisonError::into_inner);
        for secret in secrets.learnt.iter().chain(&secrets.given) {
            if text.contains(secret.as_str()) {
                text = text.replace(secret.as_str(), "***");
            }
        }
        text
    }

    fn any(&self, fits: impl Fn(&str) -> bool) -> bool {
        let secrets = self.secrets.read().unwrap_or_else(PoisonError::into_inner);
        let mut all = secrets.given.iter().chain(&secrets.learnt);
        all.any(|secret| fits(secret))
    }

    /// Whether a value holds a secret anywhere.
    pub(crate) fn is_in(&self, value: &Value) -> bool {
        match value {
            Value::String(text) => self.any(|secret| text.contains(secret)),
            Value::Array(items) => items.iter().any(|item| self.is_in(item)),
            Value::Object(map) => map.values().any(|item| self.is_in(item)),
            Value::Null | Value::Bool(_) | Value::Number(_) => false,
        }
    }

    /// A URL without the query parameters that hold a secret, or that carry the credential.
    pub(crate) fn strip_url(&self, url: &Url, credential: Option<&str>) -> Url {
        let stripped = self.strip_token(&Value::from(url.as_str()), credential);
        let parsed = stripped.as_str().and_then(|text| Url::parse(text).ok());
        parsed.unwrap_or_else(|| {
            let mut bare = url.clone();
            bare.set_query(None);
            bare
        })
    }

    /// A page token as it may be stored: a link without its query parameters that hold a secret,
    /// or that carry the credential. They are added again when the link is followed.
    pub(crate) fn strip_token(&self, token: &Value, credential: Option<&str>) -> Value {
        let Some(text) = token.as_str().filter(|text| text.contains('?')) else {
            return token.clone();
        };
        let Some((before, query)) = text.split_once('?') else {
            return token.clone();
        };
        let (query, fragment) = query
            .split_once('#')
            .map_or((query, None), |(q, f)| (q, Some(f)));
        let holds = |part: &str| {
            // A parser of URLs undoes the encoding.
            let pair = Url::parse(&format!("http://x/?{part}"));
            pair.is_ok_and(|url| {
                url.query_pairs().any(|(name, value)| {
                    Some(&*name) == credential || self.any(|secret| value.contains(secret))
                })
            })
        };
        let kept: Vec<&str> = query.split('&').filter(|part| !holds(part)).collect();
        let mut stripped = before.to_owned();
        if !kept.is_empty() {
            stripped.push('?');
            stripped.push_str(&kept.join("&"));
        }
        if let Some(fragment) = fragment {
            stripped.push('#');
            stripped.push_str(fragment);
        }
        Value::from(stripped)
    }
}

fn collect(secret: &Value, found: &mut Vec<String>) {
    match secret {
        Value::String(text) if text.chars().count() >= MIN_LENGTH => {
            found.push(text.clone());
            let encoded: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
            if encoded != *text {
                found.push(encoded);
            }
        }
        Value::Number(number) if number.to_string().len() >= MIN_LENGTH => {
            found.push(number.to_string())
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Object(map) => map.values().for_each(|item| collect(item, found)),
        Value::String(_) | Value::Number(_) | Value::Bool(_) | Value::Null => {}
    }
}
