//! Cuts the code of a template into tokens, brackets as groups.

/// One token, as it was written.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token<'s> {
    /// A name or a word of the language.
    Name(&'s str),
    /// A number or a quoted text.
    Literal(&'s str),
    /// An operator or a mark.
    Mark(&'s str),
    /// What stands in brackets, which are told by the opening one.
    Group(char, Vec<Token<'s>>),
}

/// A part of a template's source.
#[derive(Debug, PartialEq)]
pub(super) enum Part<'s> {
    /// Text, comments and what is `raw`, taken as they are.
    Verbatim(&'s str),
    /// `{{ … }}` or `{% … %}`.
    Block {
        /// All of it.
        source: &'s str,
        /// The opening mark, with what trims space.
        open: &'s str,
        tokens: Vec<Token<'s>>,
        /// The closing mark, with what trims space.
        close: &'s str,
    },
}

/// The parts of a source; `None` when it is not well formed, which the engine tells better.
pub(super) fn parts(source: &str) -> Option<Vec<Part<'_>>> {
    let mut parts = Vec::new();
    let mut rest = source;
    while let Some(at) = rest.find('{') {
        let inner = &rest[at..];
        let close = match inner.as_bytes().get(1) {
            Some(b'{') => "}}",
            Some(b'%') => "%}",
            Some(b'#') => {
                let end = at + inner.find("#}")? + 2;
                parts.push(Part::Verbatim(&rest[..end]));
                rest = &rest[end..];
                continue;
            }
            _ => {
                parts.push(Part::Verbatim(&rest[..=at]));
                rest = &rest[at + 1..];
                continue;
            }
        };
        parts.push(Part::Verbatim(&rest[..at]));
        let head = match inner.as_bytes().get(2) {
            Some(b'-' | b'+') => 3,
            _ => 2,
        };
        let mut reader = Reader {
            rest: &inner[head..],
        };
        let tokens = reader.tokens(Some(close), 0)?;
        let mark = if reader.rest.starts_with(['-', '+']) {
            3
        } else {
            2
        };
        let length = inner.len() - reader.rest.len() + mark;
        if tokens == [Token::Name("raw")] {
            let end = inner[length..].find("endraw")?;
            let end = length + end + inner[length + end..].find("%}")? + 2;
            parts.push(Part::Verbatim(&inner[..end]));
            rest = &inner[end..];
            continue;
        }
        parts.push(Part::Block {
            source: &inner[..length],
            open: &inner[..head],
            tokens,
            close: &inner[length - mark..length],
        });
        rest = &inner[length..];
    }
    parts.push(Part::Verbatim(rest));
    Some(parts)
}

/// Deeper brackets are left to the engine, which refuses them.
const MAX_DEPTH: usize = 100;

struct Reader<'s> {
    rest: &'s str,
}

impl<'s> Reader<'s> {
    /// Up to a block's closing mark, or up to a closing bracket.
    fn tokens(&mut self, block: Option<&str>, depth: usize) -> Option<Vec<Token<'s>>> {
        if depth > MAX_DEPTH {
            return None;
        }
        let mut tokens = Vec::new();
        loop {
            self.rest = self.rest.trim_start();
            if let Some(close) = block {
                let bare = self.rest.strip_prefix(['-', '+']).unwrap_or(self.rest);
                if self.rest.starts_with(close) || bare.starts_with(close) {
                    return Some(tokens);
                }
            }
            let c = self.rest.chars().next()?;
            tokens.push(match c {
                '(' | '[' | '{' => {
                    self.take(1);
                    let inner = self.tokens(None, depth + 1)?;
                    let closing = match c {
                        '(' => ')',
                        '[' => ']',
                        _ => '}',
                    };
                    self.rest = self.rest.strip_prefix(closing)?;
                    Token::Group(c, inner)
                }
                ')' | ']' | '}' => return block.is_none().then_some(tokens),
                '\'' | '"' => Token::Literal(self.quoted(c)?),
                '0'..='9' => Token::Literal(self.number()),
                c if c.is_alphabetic() || c == '_' => {
                    Token::Name(self.span(|c| c.is_alphanumeric() || c == '_'))
                }
                _ => Token::Mark(self.mark()),
            });
        }
    }

    fn take(&mut self, length: usize) -> &'s str {
        let (taken, rest) = self.rest.split_at(length);
        self.rest = rest;
        taken
    }

    fn span(&mut self, is_in: impl Fn(char) -> bool) -> &'s str {
        let end = self.rest.find(|c| !is_in(c)).unwrap_or(self.rest.len());
        self.take(end)
    }

    fn quoted(&mut self, mark: char) -> Option<&'s str> {
        let mut is_escaped = false;
        let end = self.rest[1..].find(|c| {
            let closes = c == mark && !is_escaped;
            is_escaped = c == '\\' && !is_escaped;
            closes
        })?;
        Some(self.take(end + 2))
    }

    /// Digits, with a point or an exponent where a digit follows.
    fn number(&mut self) -> &'s str {
        let bytes = self.rest.as_bytes();
        let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
        let mut end = 0;
        while let Some(byte) = bytes.get(end) {
            let goes_on = match byte {
                b'.' => digit(end + 1),
                b'+' | b'-' => matches!(bytes[end - 1], b'e' | b'E') && digit(end + 1),
                other => other.is_ascii_alphanumeric() || *other == b'_',
            };
            if !goes_on {
                break;
            }
            end += 1;
        }
        self.take(end)
    }

    fn mark(&mut self) -> &'s str {
        const DOUBLE: [&str; 6] = ["**", "//", "==", "!=", "<=", ">="];
        if DOUBLE.iter().any(|mark| self.rest.starts_with(mark)) {
            return self.take(2);
        }
        let length = self.rest.chars().next().map_or(0, char::len_utf8);
        self.take(length)
    }
}
