//! Patterns for names of fields.

use std::fmt::Write;

/// One step of a path with patterns.
#[derive(Debug, Clone)]
pub enum Segment {
    /// `**`: any number of steps, none included.
    AnyDepth,
    /// `*`: any field or index.
    Any,
    /// A name or an index.
    Name(String),
    /// A shell pattern: `?`, `*` and `[…]` inside a name.
    Pattern(Box<fancy_regex::Regex>),
}

impl Segment {
    /// Reads a step. What is no pattern that can be read is a name.
    pub fn new(text: String) -> Self {
        match text.as_str() {
            "**" => Self::AnyDepth,
            "*" => Self::Any,
            pattern if pattern.contains(['*', '?', '[']) => {
                match fancy_regex::Regex::new(&expression(pattern)) {
                    Ok(pattern) => Self::Pattern(Box::new(pattern)),
                    Err(_) => Self::Name(text),
                }
            }
            _ => Self::Name(text),
        }
    }

    /// Whether a field or an index may be this step.
    pub fn fits(&self, name: &str) -> bool {
        match self {
            Self::AnyDepth | Self::Any => true,
            Self::Name(wanted) => wanted == name,
            Self::Pattern(pattern) => pattern.is_match(name).unwrap_or(false),
        }
    }
}

fn expression(pattern: &str) -> String {
    let mut out = String::from(r"(?s)\A");
    let mut rest = pattern.chars();
    while let Some(c) = rest.next() {
        match c {
            '*' => out.push_str(".*"),
            '?' => out.push('.'),
            '[' => match rest.as_str().split_once(']') {
                Some((set, after)) if !set.is_empty() => {
                    let (not, set) = set.strip_prefix('!').map_or(("", set), |set| ("^", set));
                    let set = set
                        .replace('\\', r"\\")
                        .replace('[', r"\[")
                        .replace('^', r"\^");
                    let _ = write!(out, "[{not}{set}]");
                    rest = after.chars();
                }
                _ => out.push_str(r"\["),
            },
            c => out.push_str(&fancy_regex::escape(&c.to_string())),
        }
    }
    out.push_str(r"\z");
    out
}
