//! Keeps secrets out of texts: those of one connection, and of all that are in use.
//!
//! Every text that leaves a [`Source`](crate::source::Source) passes [`Redactor::clean`] once, at
//! the gate before every source of a manifest. What a process logs passes [`clean_all`], which knows the secrets
//! of every source that is alive.

mod forms;
mod in_use;

use std::borrow::Cow;
use std::collections::VecDeque;
use std::sync::{Arc, PoisonError, RwLock};

use aho_corasick::{AhoCorasick, MatchKind};
use serde_json::Value;
use url::Url;

use crate::text::cut;

/// What stands in the place of a secret.
const MARK: &str = "***";

/// A secret of so many bytes stands nowhere by chance.
const SURE_LENGTH: usize = 8;

/// Of the secrets that come up at run time, so many are remembered.
const MAX_LEARNT: usize = 64;

/// Knows the secret values of one connection, in every form in which they may come back. Clones
/// learn together.
#[derive(Clone, Default)]
pub struct Redactor {
    known: Arc<RwLock<Known>>,
}

#[derive(Default)]
struct Known {
    /// Of the configuration, each form once.
    given: Vec<String>,
    finder: Option<AhoCorasick>,
    /// The forms of each that came up at run time, the latest last.
    learnt: VecDeque<Vec<String>>,
}

impl Redactor {
    /// Of these values and all texts and numbers inside them. Values shorter than four characters
    /// are too common in ordinary texts to be told apart from them.
    pub fn new<'v>(secrets: impl IntoIterator<Item = &'v Value>) -> Self {
        let mut given = Vec::new();
        for secret in secrets {
            forms::collect(secret, &mut given);
        }
        // Fails only above billions of bytes. Then no text that may hold one is known to be clean.
        let finder = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(&given)
            .ok();
        let known = Arc::new(RwLock::new(Known {
            given,
            finder,
            learnt: VecDeque::new(),
        }));
        let read = known.read().unwrap_or_else(PoisonError::into_inner);
        in_use::remember(&known, &read.given);
        drop(read);
        Self { known }
    }

    /// Remembers a secret that the configuration does not hold: a token that a provider gave, or
    /// that was made.
    pub fn learn(&self, secret: &str) {
        let mut forms = Vec::new();
        forms::collect(&Value::from(secret), &mut forms);
        let is_known = |known: &Known| {
            known.given.iter().any(|form| form == secret)
                || known.learnt.iter().flatten().any(|form| form == secret)
        };
        if forms.is_empty() || self.with(is_known) {
            return;
        }
        // The longer first: one may be a part of another.
        forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
        in_use::remember(&self.known, &forms);
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.learnt.len() >= MAX_LEARNT {
            known.learnt.pop_front();
        }
        known.learnt.push_back(forms);
    }

    /// The text with every secret replaced.
    pub fn clean(&self, text: &str) -> String {
        self.with(|known| known.clean(text).into_owned())
    }

    /// The beginning of a text, cleaned, at most `max` characters of it. Not even a part of a
    /// secret is left where the text was cut.
    pub(crate) fn excerpt(&self, text: &str, max: usize) -> String {
        let clean = self.with(|known| {
            let whole = known.clean(text);
            let end = known.partial_end(&whole);
            whole[..end].to_owned()
        });
        let clean = clean.split_whitespace().collect::<Vec<_>>().join(" ");
        cut(&clean, max)
    }

    /// Whether a value holds a secret anywhere, names of fields included.
    pub fn is_in(&self, value: &Value) -> bool {
        self.with(|known| known.is_in_value(value, 0))
    }

    /// The same for values of our own making, such as times and counts, in which a short secret
    /// stands by chance.
    pub(crate) fn is_surely_in(&self, value: &Value) -> bool {
        self.with(|known| known.is_in_value(value, SURE_LENGTH))
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
        let Some((before, query)) = token.as_str().and_then(|text| text.split_once('?')) else {
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
                    Some(&*name) == credential || self.with(|known| known.is_in(&value, 0))
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

    fn with<T>(&self, look: impl FnOnce(&Known) -> T) -> T {
        look(&self.known.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Never shows what it knows.
impl std::fmt::Debug for Redactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Redactor(…)")
    }
}

impl Known {
    fn clean<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut text = Cow::Borrowed(text);
        for form in self.learnt.iter().flatten() {
            if text.contains(form.as_str()) {
                text = Cow::Owned(text.replace(form.as_str(), MARK));
            }
        }
        match &self.finder {
            None if self.given.is_empty() => text,
            None => Cow::Borrowed(MARK),
            Some(finder) if !finder.is_match(&*text) => text,
            Some(finder) => {
                let mut clean = String::with_capacity(text.len());
                finder.replace_all_with(&text, &mut clean, |_, _, clean| {
                    clean.push_str(MARK);
                    true
                });
                Cow::Owned(clean)
            }
        }
    }

    /// In a form of at least so many bytes.
    fn is_in(&self, text: &str, least: usize) -> bool {
        let mut learnt = self.learnt.iter().flatten();
        let is_learnt = learnt.any(|form| form.len() >= least && text.contains(form.as_str()));
        is_learnt
            || match &self.finder {
                None => !self.given.is_empty(),
                Some(finder) => finder.find_iter(text).any(|found| found.len() >= least),
            }
    }

    fn is_in_value(&self, value: &Value, least: usize) -> bool {
        match value {
            Value::String(text) => self.is_in(text, least),
            Value::Number(number) => self.is_in(&number.to_string(), least),
            Value::Array(items) => items.iter().any(|item| self.is_in_value(item, least)),
            Value::Object(map) => map
                .iter()
                .any(|(name, item)| self.is_in(name, least) || self.is_in_value(item, least)),
            Value::Null | Value::Bool(_) => false,
        }
    }

    /// Where a text ends before the beginning of a secret that it was cut in.
    fn partial_end(&self, text: &str) -> usize {
        let begun = |form: &String| {
            (forms::MIN_LENGTH..form.len())
                .rev()
                .filter(|length| form.is_char_boundary(*length))
                .find(|length| text.ends_with(&form[..*length]))
        };
        let forms = self.given.iter().chain(self.learnt.iter().flatten());
        let longest = forms.filter_map(begun).max().unwrap_or(0);
        text.len() - longest
    }
}

/// The text with the secrets of every source in use replaced. For logs.
pub fn clean_all(text: &str) -> Cow<'_, str> {
    let mut clean = Cow::Borrowed(text);
    for known in in_use::holders(text) {
        let known = known.read().unwrap_or_else(PoisonError::into_inner);
        if known.is_in(&clean, 0) {
            clean = Cow::Owned(known.clean(&clean).into_owned());
        }
    }
    clean
}

#[cfg(test)]
mod tests;
