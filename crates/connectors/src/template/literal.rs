//! Reads a text as a Python literal, as `ast.literal_eval` does; what is none stays a text.

use serde_json::{Map, Number, Value};

/// The literal's value, or the text itself.
pub(crate) fn evaluate(text: &str) -> Value {
    // Most texts are no literals: a first look saves the parser.
    let looks = |c: char| c.is_ascii_digit() || "'\"[({+-.TFNrRuUs# \t\n".contains(c);
    if !text.starts_with(looks) {
        return Value::from(text);
    }
    let mut parser = Parser {
        rest: match first_line(text) {
            Some(rest) => rest,
            None => return Value::from(text),
        },
        depth: 0,
        brackets: 0,
    };
    match parser.whole() {
        Some(value) => value,
        None => Value::from(text),
    }
}

/// Where the first line with code begins; an indent counts as an error, but on the first line.
fn first_line(text: &str) -> Option<&str> {
    let mut rest = text.trim_start_matches([' ', '\t']);
    let mut is_indented = false;
    loop {
        let line = rest.trim_start_matches([' ', '\t', '\x0c', '\r']);
        is_indented |= line.len() != rest.len();
        let end = match line.chars().next() {
            Some('\n') => 0,
            Some('#') => line.find('\n')?,
            _ => return (!is_indented).then_some(line),
        };
        rest = &line[end + 1..];
        is_indented = false;
    }
}

/// Deeper literals stay texts.
const MAX_DEPTH: usize = 64;

struct Parser<'t> {
    rest: &'t str,
    depth: usize,
    /// Open ones: line breaks count as space inside.
    brackets: usize,
}

impl<'t> Parser<'t> {
    fn whole(&mut self) -> Option<Value> {
        let value = self.tuple_or_value()?;
        self.space();
        // Behind it there may be empty lines, and comments.
        self.brackets = 1;
        self.space();
        self.rest.is_empty().then_some(value)
    }

    /// `1, 2` without parentheses is a tuple.
    fn tuple_or_value(&mut self) -> Option<Value> {
        let first = self.value()?;
        self.space();
        if !self.rest.starts_with(',') {
            return Some(first);
        }
        let mut items = vec![first];
        while self.eat(",") {
            self.space();
            if self.rest.is_empty() {
                break;
            }
            items.push(self.value()?);
            self.space();
        }
        Some(Value::Array(items))
    }

    fn value(&mut self) -> Option<Value> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        let value = self.one();
        self.depth -= 1;
        value
    }

    fn one(&mut self) -> Option<Value> {
        self.space();
        let first = self.rest.chars().next()?;
        match first {
            '[' => self
                .bracketed(|parser| parser.items('[', ']'))
                .map(|(items, _)| Value::Array(items)),
            '(' => {
                let (mut items, has_comma) = self.bracketed(|parser| parser.items('(', ')'))?;
                // `(1)` is a number in parentheses.
                if items.len() == 1 && !has_comma {
                    items.pop()
                } else {
                    Some(Value::Array(items))
                }
            }
            '{' => self.bracketed(Self::dict_or_set),
            '+' | '-' => {
                self.rest = self.rest[1..].trim_start_matches([' ', '\t']);
                // One sign is all that a literal has.
                if self.rest.starts_with(['+', '-']) {
                    return None;
                }
                let value = self.value()?;
                if !value.is_number() {
                    return None;
                }
                if first == '+' {
                    Some(value)
                } else {
                    negate(&value)
                }
            }
            _ if first.is_ascii_digit() || first == '.' => self.number(),
            _ if self.at_string() => self.strings(),
            _ => self.word(),
        }
    }

    fn bracketed<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        self.brackets += 1;
        let read = read(self);
        self.brackets -= 1;
        read
    }

    fn items(&mut self, open: char, close: char) -> Option<(Vec<Value>, bool)> {
        self.rest = self.rest.strip_prefix(open)?;
        let (mut items, mut has_comma) = (Vec::new(), false);
        loop {
            self.space();
            if let Some(rest) = self.rest.strip_prefix(close) {
                self.rest = rest;
                return Some((items, has_comma));
            }
            items.push(self.value()?);
            self.space();
            if self.eat(",") {
                has_comma = true;
            } else if !self.rest.starts_with(close) {
                return None;
            }
        }
    }

    fn dict_or_set(&mut self) -> Option<Value> {
        self.rest = self.rest.strip_prefix('{')?;
        self.space();
        let mut map = Map::new();
        let mut set = Vec::new();
        loop {
            self.space();
            if self.eat("}") {
                return if set.is_empty() {
                    Some(Value::Object(map))
                } else {
                    Some(Value::Array(set))
                };
            }
            let key = self.value()?;
            self.space();
            if self.eat(":") {
                let value = self.value()?;
                if !set.is_empty() || key.is_array() || key.is_object() {
                    return None;
                }
                map.insert(super::python::str(&key), value);
            } else if map.is_empty() {
                set.push(key);
            } else {
                return None;
            }
            self.space();
            if !self.eat(",") && !self.rest.starts_with('}') {
                return None;
            }
        }
    }

    fn word(&mut self) -> Option<Value> {
        if let Some(rest) = self.rest.strip_prefix("set()") {
            self.rest = rest;
            return Some(Value::Array(Vec::new()));
        }
        for (word, value) in [
            ("True", Value::Bool(true)),
            ("False", Value::Bool(false)),
            ("None", Value::Null),
        ] {
            if let Some(rest) = self.rest.strip_prefix(word)
                && !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_')
            {
                self.rest = rest;
                return Some(value);
            }
        }
        None
    }

    fn number(&mut self) -> Option<Value> {
        let exponent_sign = |at: usize| {
            at > 0
                && matches!(self.rest.as_bytes()[at - 1], b'e' | b'E')
                && !self.rest.starts_with("0x")
        };
        let end = self
            .rest
            .char_indices()
            .find(|(at, c)| {
                !(c.is_ascii_alphanumeric()
                    || matches!(c, '.' | '_')
                    || (matches!(c, '+' | '-') && exponent_sign(*at)))
            })
            .map_or(self.rest.len(), |(at, _)| at);
        let text = &self.rest[..end];
        self.rest = &self.rest[end..];
        number(text)
    }

    fn at_string(&self) -> bool {
        let unprefixed = self.rest.trim_start_matches(['r', 'R', 'u', 'U']);
        self.rest.len() - unprefixed.len() <= 1 && unprefixed.starts_with(['\'', '"'])
    }

    /// Strings beside each other are one.
    fn strings(&mut self) -> Option<Value> {
        let mut text = String::new();
        while self.at_string() {
            let is_raw = self.rest.starts_with(['r', 'R']);
            self.rest = self.rest.trim_start_matches(['r', 'R', 'u', 'U']);
            super::literal_string::read(&mut self.rest, is_raw, &mut text)?;
            self.space();
        }
        Some(Value::String(text))
    }

    fn eat(&mut self, token: &str) -> bool {
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// Space and comments. Line breaks count only inside brackets.
    fn space(&mut self) {
        let space: &[char] = match self.brackets {
            0 => &[' ', '\t', '\x0c'],
            _ => &[' ', '\t', '\x0c', '\n', '\r'],
        };
        loop {
            self.rest = self.rest.trim_start_matches(space);
            if !self.rest.starts_with('#') {
                return;
            }
            let end = self.rest.find('\n').unwrap_or(self.rest.len());
            self.rest = &self.rest[end..];
        }
    }
}

fn number(text: &str) -> Option<Value> {
    if text.ends_with('_') || text.contains("__") {
        return None;
    }
    let digits = text.replace('_', "");
    let lower = digits.to_ascii_lowercase();
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] {
        if let Some(digits) = lower.strip_prefix(prefix) {
            let unsigned = digits.chars().all(|c| c.is_digit(radix)) && !digits.is_empty();
            return unsigned
                .then(|| i64::from_str_radix(digits, radix).ok())
                .flatten()
                .map(Value::from);
        }
    }
    if lower.bytes().all(|byte| byte.is_ascii_digit()) {
        // `007` is an error in Python, and so a text; `00` is zero.
        if lower.len() > 1 && lower.starts_with('0') {
            return lower
                .bytes()
                .all(|byte| byte == b'0')
                .then(|| Value::from(0));
        }
        return lower
            .parse::<i64>()
            .map(Value::from)
            .or_else(|_| lower.parse::<u64>().map(Value::from))
            .ok();
    }
    let is_float = lower
        .bytes()
        .all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'+' | b'-'))
        && lower.bytes().any(|b| b.is_ascii_digit())
        && !lower.starts_with('e');
    if is_float {
        lower
            .parse()
            .ok()
            .and_then(Number::from_f64)
            .map(Value::Number)
    } else {
        None
    }
}

fn negate(value: &Value) -> Option<Value> {
    if let Some(integer) = value.as_i64() {
        return integer.checked_neg().map(Value::from);
    }
    value
        .as_f64()
        .and_then(|float| Number::from_f64(-float))
        .map(Value::Number)
}
