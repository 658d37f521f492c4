//! Templates that only put fields of a record between texts, as `{{ record['id'] }}-x`, which most
//! are that are evaluated for each record: they need no engine.

use serde_json::Value;

use super::reads;
use super::tokens::{Part, parts};

/// What such a template is put together of.
#[derive(Debug)]
pub(super) struct Pieces(Vec<Piece>);

#[derive(Debug)]
enum Piece {
    Text(String),
    Field(Vec<String>),
}

impl Pieces {
    /// `None` for a template that does more.
    pub(super) fn of(source: &str, root: &str) -> Option<Self> {
        // The engine drops a line break at the end, comments and what else is for it.
        if source.ends_with('\n') || source.contains("{#") || source.contains("{%") {
            return None;
        }
        let piece = |part: Part<'_>| match part {
            Part::Verbatim(text) => Some(Piece::Text(text.to_owned())),
            Part::Block {
                open: "{{",
                close: "}}",
                tokens,
                ..
            } => {
                let path = reads::path(&tokens, root).filter(|path| !path.is_empty())?;
                Some(Piece::Field(path.into_iter().map(str::to_owned).collect()))
            }
            Part::Block { .. } => None,
        };
        parts(source)?
            .into_iter()
            .map(piece)
            .collect::<Option<_>>()
            .map(Self)
    }

    /// What the engine would render; `None` where that takes more than printing a text, a whole
    /// number or a truth value.
    pub(super) fn text(&self, record: &Value) -> Option<String> {
        let mut out = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Field(path) => {
                    let mut names = path.iter();
                    let value =
                        names.try_fold(record, |value, name| value.as_object()?.get(name))?;
                    match value {
                        Value::String(text) => out.push_str(text),
                        Value::Number(number) if !number.is_f64() => {
                            out.push_str(&number.to_string());
                        }
                        Value::Bool(true) => out.push_str("True"),
                        Value::Bool(false) => out.push_str("False"),
                        _ => return None,
                    }
                }
            }
        }
        Some(out)
    }
}

#[cfg(test)]
mod tests;
