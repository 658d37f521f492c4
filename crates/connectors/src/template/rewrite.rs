//! The engine has no operators for objects, so `date - duration('P1D')` is rewritten before it is
//! compiled, to `date|__minus(duration('P1D'))`.

use std::borrow::Cow;

/// Rewrites every `+` and `-` that stands before a call of `duration`.
pub(super) fn date_operators(source: &str) -> Cow<'_, str> {
    if !source.contains("duration") {
        return Cow::Borrowed(source);
    }
    let mut out = String::with_capacity(source.len() + 16);
    let mut rest = source;
    while let Some(at) = rest.find("duration(") {
        let before = rest[..at].trim_end();
        let end = at + call_length(&rest[at..]);
        let (operator, filter) = match before.chars().last() {
            Some('-') => ('-', "__minus"),
            Some('+') => ('+', "__plus"),
            _ => {
                out.push_str(&rest[..end]);
                rest = &rest[end..];
                continue;
            }
        };
        let left = before.trim_end_matches(operator).trim_end();
        out.push_str(left);
        out.push('|');
        out.push_str(filter);
        out.push('(');
        out.push_str(&rest[at..end]);
        out.push(')');
        rest = &rest[end..];
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// The length of the call that the text begins with, up to its closing parenthesis.
fn call_length(text: &str) -> usize {
    let (mut depth, mut quote) = (0_usize, None);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '(') => depth += 1,
            (None, ')') => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            (None, _) => {}
        }
    }
    text.len()
}
