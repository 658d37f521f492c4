//! Tags that give names to values: `set`, `with` and `for`.

use super::super::tokens::Token;
use super::super::weight::BOUND;
use super::{Rules, is_word};

impl Rules {
    /// `None` when the tag is none of them, or stays as it is.
    pub(super) fn tag(&self, tokens: &[Token<'_>]) -> Option<String> {
        match tokens {
            [Token::Name("set"), rest @ ..] => self.set(rest),
            [Token::Name("with"), rest @ ..] => {
                let bindings = rest
                    .split(|token| *token == Token::Mark(","))
                    .map(|binding| self.binding(binding));
                let bindings: Vec<String> = bindings.collect();
                Some(format!("with {}", bindings.join(", ")))
            }
            [Token::Name("for"), rest @ ..] => self.each(rest),
            _ => None,
        }
    }

    fn set(&self, tokens: &[Token<'_>]) -> Option<String> {
        if let [
            Token::Name(space),
            Token::Mark("."),
            Token::Name(field),
            Token::Mark("="),
            value @ ..,
        ] = tokens
        {
            let value = self.expressions(value);
            return Some(format!("set __ = {space}.__set('{field}', ({value}))"));
        }
        if let ([name, Token::Mark("="), value], true) = (tokens, self.growing) {
            let maker = match value {
                Token::Group('[', _) => "__list",
                Token::Group('{', _) => "__dict",
                _ => "",
            };
            if !maker.is_empty() {
                let (name, value) = (self.token(name), self.token(value));
                return Some(format!("set {name} = {maker}({value})"));
            }
        }
        // Without a value it takes a text, which is paid for as it is written.
        let has_value = tokens.contains(&Token::Mark("="));
        has_value.then(|| format!("set {}", self.binding(tokens)))
    }

    /// `name = value`.
    fn binding(&self, tokens: &[Token<'_>]) -> String {
        let Some(at) = tokens.iter().position(|token| *token == Token::Mark("=")) else {
            return self.all(tokens);
        };
        let name = self.all(&tokens[..at]);
        format!("{name} = {}", self.bound(&tokens[at + 1..]))
    }

    /// `for target in values if condition`.
    fn each(&self, tokens: &[Token<'_>]) -> Option<String> {
        let from = (0..tokens.len()).find(|at| is_word(tokens, *at, "in"))?;
        let end = (from..tokens.len())
            .find(|at| is_word(tokens, *at, "if"))
            .unwrap_or(tokens.len());
        let target = self.all(&tokens[..from]);
        let values = self.bound(&tokens[from + 1..end]);
        let condition = self.expressions(&tokens[end..]);
        Some(format!("for {target} in {values} {condition}"))
    }

    /// A value that is about to get a name; a mere path has one already.
    fn bound(&self, tokens: &[Token<'_>]) -> String {
        let is_path = tokens
            .iter()
            .all(|token| matches!(token, Token::Name(_) | Token::Literal(_) | Token::Mark(".")));
        let value = self.expressions(tokens);
        if is_path {
            return value;
        }
        format!("({value})|{BOUND}")
    }
}
