//! Rewrites a template into one that the engine evaluates as the reference would:
//!
//! - `a < b` becomes a filter that refuses to compare what Python does not compare;
//! - `+` and `-` become filters where dates may stand beside them, for the engine has no
//!   operators for objects;
//! - a list, mapping or namespace that is added to becomes one that can be, within bounds;
//! - what gets a name, is filtered, joined by `~` or compared is weighed, for the engine counts a
//!   list that holds another one twice as two values, however long the other is;
//! - a colon at the end of a tag, as Python has it, goes.

use std::borrow::Cow;

mod tags;

use super::tokens::{Part, Token, parts};
use super::weight::WEIGHED;

/// A block may have no more tokens: the engine takes stack for each of them.
const MAX_TOKENS: usize = 4000;
/// No more of them may stand before one operand, as `not not x`.
const MAX_PREFIXES: usize = 50;
/// What is not well formed is given to the engine for its better message, if it is no longer.
const MAX_MALFORMED: usize = 2000;

/// The source that the engine is given.
///
/// # Errors
/// What is wrong, when the engine may not even see it.
pub(super) fn rewrite(source: &str) -> Result<Cow<'_, str>, &'static str> {
    let Some(parts) = parts(source) else {
        if source.len() > MAX_MALFORMED {
            return Err("is not well formed");
        }
        return Ok(Cow::Borrowed(source));
    };
    for part in &parts {
        if let Part::Block { tokens, .. } = part
            && (count(tokens) > MAX_TOKENS || !is_flat(tokens))
        {
            return Err("is too long, or nested too deeply");
        }
        // Each of its rounds gives the name to another value.
        if let Part::Block { tokens, .. } = part
            && let [Token::Name("for"), .., Token::Name("recursive")] = tokens[..]
        {
            return Err("uses a recursive loop, which is not supported");
        }
    }
    const DATES: [&str; 5] = [
        "now_utc",
        "today_utc",
        "today_with_timezone",
        "str_to_datetime",
        "duration",
    ];
    let rules = Rules {
        dates: DATES.iter().any(|name| source.contains(name)),
        growing: [
            ".append",
            ".extend",
            ".insert",
            ".update",
            ".pop",
            ".setdefault",
        ]
        .iter()
        .any(|method| source.contains(method)),
    };
    let mut out = String::with_capacity(source.len() + 32);
    for part in parts {
        match part {
            Part::Verbatim(text) => out.push_str(text),
            Part::Block {
                source,
                open,
                tokens,
                close,
            } => match rules.block(&tokens, open.starts_with("{%")) {
                None => out.push_str(source),
                Some(code) => {
                    for part in [open, " ", &code, " ", close] {
                        out.push_str(part);
                    }
                }
            },
        }
    }
    if out == source {
        return Ok(Cow::Borrowed(source));
    }
    Ok(Cow::Owned(out))
}

fn count(tokens: &[Token<'_>]) -> usize {
    let inner = tokens.iter().map(|token| match token {
        Token::Group(_, inner) => count(inner),
        Token::Name(_) | Token::Literal(_) | Token::Mark(_) => 0,
    });
    tokens.len() + inner.sum::<usize>()
}

fn is_flat(tokens: &[Token<'_>]) -> bool {
    let mut prefixes = 0;
    tokens.iter().all(|token| {
        prefixes = match token {
            Token::Name("not") | Token::Mark(_) => prefixes + 1,
            Token::Name(_) | Token::Literal(_) | Token::Group(..) => 0,
        };
        let is_flat = match token {
            Token::Group(_, inner) => is_flat(inner),
            Token::Name(_) | Token::Literal(_) | Token::Mark(_) => true,
        };
        is_flat && prefixes <= MAX_PREFIXES
    })
}

struct Rules {
    dates: bool,
    growing: bool,
}

impl Rules {
    /// `None` when the block stays as it is.
    fn block(&self, tokens: &[Token<'_>], is_tag: bool) -> Option<String> {
        let bare = match tokens {
            [bare @ .., Token::Mark(":")] if is_tag => bare,
            all => all,
        };
        if let (Some(tag), true) = (self.tag(bare), is_tag) {
            return Some(tag);
        }
        let is_same = bare.len() == tokens.len() && !self.concerns(bare);
        (!is_same).then(|| self.expressions(bare))
    }

    fn concerns(&self, tokens: &[Token<'_>]) -> bool {
        tokens.iter().any(|token| match token {
            Token::Mark("|" | "~" | "==" | "!=") | Token::Name("in") => true,
            Token::Mark(mark) => is_order(mark) || (self.dates && matches!(*mark, "+" | "-")),
            Token::Group(_, inner) => self.concerns(inner),
            Token::Name(_) | Token::Literal(_) => false,
        })
    }

    /// Comparisons, apart from what binds less.
    fn expressions(&self, tokens: &[Token<'_>]) -> String {
        let mut out = String::new();
        let mut from = 0;
        for at in 0..=tokens.len() {
            if at < tokens.len() && !separates(tokens, at) {
                continue;
            }
            out.push_str(&self.comparison(&tokens[from..at]));
            if let Some(token) = tokens.get(at) {
                out.push_str(&self.token(token));
                out.push(' ');
            }
            from = at + 1;
        }
        out
    }

    /// `a < b <= c` is `a < b and b <= c`, as in Python.
    fn comparison(&self, tokens: &[Token<'_>]) -> String {
        let (mut operands, mut operators) = (Vec::new(), Vec::new());
        let (mut from, mut at) = (0, 0);
        while at < tokens.len() {
            let width = compares(tokens, at);
            if width > 0 {
                operands.push(&tokens[from..at]);
                operators.push(&tokens[at..at + width]);
                from = at + width;
            }
            at += width.max(1);
        }
        operands.push(&tokens[from..]);
        let is_order =
            |operator: &&[Token<'_>]| matches!(operator, [Token::Mark(mark)] if is_order(mark));
        let has_literal = operands.iter().any(|operand| is_literal(operand));
        let operand = |tokens: &[Token<'_>]| match self.sum(tokens) {
            sum if operators.is_empty() || has_literal => sum,
            sum => format!("({sum})|{WEIGHED} "),
        };
        if !operators.iter().any(is_order) {
            let mut out = operand(operands[0]);
            for (operator, right) in operators.iter().zip(&operands[1..]) {
                out.push_str(&self.all(operator));
                out.push_str(&operand(right));
            }
            return out;
        }
        let links = operators
            .iter()
            .zip(operands.windows(2))
            .map(|(operator, pair)| {
                let (left, right) = (self.sum(pair[0]), self.sum(pair[1]));
                match operator {
                    [Token::Mark("<")] => format!("({left})|__lt({right})"),
                    [Token::Mark("<=")] => format!("({left})|__le({right})"),
                    [Token::Mark(">")] => format!("({left})|__gt({right})"),
                    [Token::Mark(">=")] => format!("({left})|__ge({right})"),
                    other => format!("({left})|{WEIGHED} {} ({right})|{WEIGHED}", self.all(other)),
                }
            });
        format!("({}) ", links.collect::<Vec<_>>().join(" and "))
    }

    fn sum(&self, tokens: &[Token<'_>]) -> String {
        let signs: Vec<usize> = (1..tokens.len())
            .filter(|at| matches!(tokens[*at], Token::Mark("+" | "-")) && ends(tokens, at - 1))
            .collect();
        let Some(first) = signs.first() else {
            return self.joined(tokens);
        };
        let mut out = self.joined(&tokens[..*first]);
        if self.dates {
            out = format!("({out})");
        }
        for (index, at) in signs.iter().enumerate() {
            let end = signs.get(index + 1).copied().unwrap_or(tokens.len());
            let term = self.joined(&tokens[at + 1..end]);
            match (&tokens[*at], self.dates) {
                (Token::Mark("+"), true) => out.push_str(&format!("|__plus({term})")),
                (_, true) => out.push_str(&format!("|__minus({term})")),
                (sign, false) => out.push_str(&format!("{} {term}", self.token(sign))),
            }
        }
        if self.dates {
            out = format!("({out}) ");
        }
        out
    }

    /// `a ~ b`, which prints both.
    fn joined(&self, tokens: &[Token<'_>]) -> String {
        let parts: Vec<&[Token<'_>]> = tokens.split(|token| *token == Token::Mark("~")).collect();
        let [_, _, ..] = parts[..] else {
            return self.all(tokens);
        };
        let parts = parts.into_iter().map(|part| match self.all(part) {
            text if is_literal(part) => text,
            other => format!("({other})|{WEIGHED} "),
        });
        parts.collect::<Vec<_>>().join("~ ")
    }

    fn all(&self, tokens: &[Token<'_>]) -> String {
        let mut out = String::new();
        for (at, token) in tokens.iter().enumerate() {
            if *token == Token::Mark("|") && at > 0 && !is_literal(&tokens[..at]) {
                out.push_str(&format!("|{WEIGHED} "));
            }
            out.push_str(&self.token(token));
            out.push(' ');
        }
        out
    }

    fn token(&self, token: &Token<'_>) -> String {
        match token {
            Token::Name(text) | Token::Literal(text) | Token::Mark(text) => (*text).to_owned(),
            Token::Group(open, inner) => {
                let inner = self.expressions(inner);
                match open {
                    '(' => format!("({inner})"),
                    '[' => format!("[{inner}]"),
                    _ => format!("{{{inner}}}"),
                }
            }
        }
    }
}

/// A number or a text, as it stands.
fn is_literal(tokens: &[Token<'_>]) -> bool {
    matches!(tokens, [Token::Literal(_)])
}

fn is_order(mark: &str) -> bool {
    matches!(mark, "<" | "<=" | ">" | ">=")
}

/// Whether the token is a word of the language, and not a field or the name of a test.
fn is_word(tokens: &[Token<'_>], at: usize, word: &str) -> bool {
    let before = at.checked_sub(1).map(|before| &tokens[before]);
    tokens.get(at) == Some(&Token::Name(word))
        && !matches!(before, Some(Token::Mark("." | "|") | Token::Name("is")))
}

/// Whether the token stands between two comparisons.
fn separates(tokens: &[Token<'_>], at: usize) -> bool {
    match tokens[at] {
        Token::Mark(mark) => matches!(mark, "," | ":" | "="),
        Token::Name("not") => is_word(tokens, at, "not") && compares(tokens, at) == 0,
        Token::Name(word @ ("if" | "elif" | "else" | "and" | "or" | "set" | "for" | "do")) => {
            is_word(tokens, at, word)
        }
        Token::Name(_) | Token::Literal(_) | Token::Group(..) => false,
    }
}

/// How many tokens the comparing operator has that begins here; none when there is none.
fn compares(tokens: &[Token<'_>], at: usize) -> usize {
    match tokens[at] {
        Token::Mark("==" | "!=" | "<" | "<=" | ">" | ">=") => 1,
        Token::Name("in") if is_word(tokens, at, "in") && at > 0 => {
            let is_negated_test = tokens[at - 1] == Token::Name("not");
            usize::from(!is_negated_test)
        }
        Token::Name("not") if is_word(tokens, at, "not") && at > 0 => {
            2 * usize::from(tokens.get(at + 1) == Some(&Token::Name("in")))
        }
        _ => 0,
    }
}

/// Whether an operand ends with this token, so that a sign behind it is an operator.
fn ends(tokens: &[Token<'_>], at: usize) -> bool {
    match &tokens[at] {
        Token::Mark(_) => false,
        Token::Name(_) | Token::Literal(_) | Token::Group(..) => true,
    }
}
