//! Looks into a template's source for what it reads, and what it asks of the engine.

use std::collections::HashSet;
use std::sync::LazyLock;

use fancy_regex::Regex;

/// The paths behind a name, as far as they are fixed: `response['meta'].next` gives
/// `response.meta.next`, and so does what is called on it or indexed in it.
pub(super) fn paths(source: &str, root: &str) -> HashSet<String> {
    let mut found = HashSet::new();
    for code in blocks(source) {
        let mut rest = code;
        let mut is_member = false;
        while let Some(c) = rest.chars().next() {
            if let Some((_, after)) = text(rest) {
                (rest, is_member) = (after, false);
            } else if c.is_alphabetic() || c == '_' {
                let (word, after) = word(rest);
                rest = after;
                if word == root && !is_member {
                    let (path, after) = chain(root, rest);
                    found.insert(path);
                    rest = after;
                }
                is_member = false;
            } else {
                is_member = c == '.' || (is_member && c.is_whitespace());
                rest = &rest[c.len_utf8()..];
            }
        }
    }
    found
}

/// The names of the filters that a source uses.
pub(super) fn filters(source: &str) -> Vec<String> {
    static FILTER: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r#"'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|\|\s*([A-Za-z_]\w*)"#).ok()
    });
    let Some(filter) = FILTER.as_ref() else {
        return Vec::new();
    };
    let found = blocks(source).flat_map(|code| filter.captures_iter(code).flatten());
    found
        .filter_map(|found| found.get(1))
        .map(|name| name.as_str().to_owned())
        .collect()
}

/// The code between `{{` and `}}`, and between `{%` and `%}`.
fn blocks(source: &str) -> impl Iterator<Item = &str> {
    let parts = source.split("{{").enumerate().flat_map(|(outer, part)| {
        part.split("{%")
            .enumerate()
            .filter(move |(inner, _)| outer + inner > 0)
    });
    parts.map(|(_, block)| block.split("}}").next().unwrap_or(block))
}

/// What follows a name: `.field` and `['field']`, up to a call or anything else.
fn chain<'t>(root: &str, text_after: &'t str) -> (String, &'t str) {
    let (mut path, mut rest) = (root.to_owned(), text_after);
    loop {
        let next = rest.trim_start();
        let (name, after) = if let Some(after) = next.strip_prefix('.') {
            let (name, after) = word(after.trim_start());
            if name.is_empty() || after.trim_start().starts_with('(') {
                return (path, rest);
            }
            (name, after)
        } else {
            let Some((name, after)) = next
                .strip_prefix('[')
                .and_then(|inside| text(inside.trim_start()))
            else {
                return (path, rest);
            };
            let Some(after) = after.trim_start().strip_prefix(']') else {
                return (path, rest);
            };
            (name, after)
        };
        path.push('.');
        path.push_str(name);
        rest = after;
    }
}

fn word(text: &str) -> (&str, &str) {
    let end = text
        .find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(text.len());
    text.split_at(end)
}

/// A quoted text that stands at the beginning, and what follows it.
fn text(source: &str) -> Option<(&str, &str)> {
    let mark = source.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    let mut is_escaped = false;
    let end = source[1..].find(|c: char| {
        let closes = c == mark && !is_escaped;
        is_escaped = c == '\\' && !is_escaped;
        closes
    })?;
    Some((&source[1..=end], &source[end + 2..]))
}
