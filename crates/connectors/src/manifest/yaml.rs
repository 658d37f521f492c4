//! Reads YAML by the rules of version 1.1, as manifests are written for: `on`, `no` and `yes` are
//! truth values, `012` is octal, `<<` merges.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, Span, StrInput, Tag};
use serde_json::{Map, Value};

use super::allowance::{Allowance, Exhausted, MAX_BYTES, weight_of_text};
use super::error::ManifestError;
use super::yaml_scalar::resolve_plain;

/// No document may be nested deeper.
const MAX_DEPTH: usize = 200;

/// Reads the first document of a text. Aliases count as what they stand for, a bound against
/// "billion laughs".
pub(super) fn parse(text: &str) -> Result<Value, ManifestError> {
    if text.len() > MAX_BYTES {
        return Err(ManifestError::Unreadable(format!(
            "it has more than {MAX_BYTES} bytes"
        )));
    }
    let mut reader = Reader {
        parser: Parser::new_from_str(text),
        anchors: HashMap::new(),
        allowance: Allowance::of_a_document(),
        line: 1,
    };
    loop {
        match reader.next()? {
            Event::Nothing | Event::StreamStart | Event::DocumentStart(_) => {}
            Event::StreamEnd | Event::DocumentEnd => return Ok(Value::Null),
            event => return reader.node(event, 0).map(|node| node.value),
        }
    }
}

struct Reader<'t> {
    parser: Parser<'t, StrInput<'t>>,
    anchors: HashMap<usize, (Value, usize)>,
    allowance: Allowance,
    line: usize,
}

struct Node {
    value: Value,
    /// What it weighs with all that is in it.
    weight: usize,
}

impl<'t> Reader<'t> {
    fn next(&mut self) -> Result<Event<'t>, ManifestError> {
        match self.parser.next_event() {
            Some(Ok((event, span))) => {
                self.line = line_of(&span);
                Ok(event)
            }
            Some(Err(error)) => Err(ManifestError::Syntax {
                line: error.marker().line(),
                column: error.marker().col() + 1,
                message: error.info().to_owned(),
            }),
            None => Ok(Event::StreamEnd),
        }
    }

    fn node(&mut self, event: Event<'t>, depth: usize) -> Result<Node, ManifestError> {
        if depth > MAX_DEPTH {
            return Err(self.refuse(format!("is nested deeper than {MAX_DEPTH} levels")));
        }
        let (node, anchor) = match event {
            Event::Alias(anchor) => {
                let Some((value, weight)) = self.anchors.get(&anchor) else {
                    return Err(
                        self.refuse("an alias refers to a node that contains it".to_owned())
                    );
                };
                // Before it is copied: one that weighs too much is never made.
                let weight = *weight;
                let taken = self.allowance.take(weight);
                let value = taken.map(|()| value.clone());
                return match value {
                    Ok(value) => Ok(Node { value, weight }),
                    Err(Exhausted) => Err(self.too_large()),
                };
            }
            Event::Scalar(text, style, anchor, tag) => {
                let weight = weight_of_text(&text);
                self.count(weight)?;
                let value = self.scalar(text.into_owned(), style, tag.as_deref())?;
                (Node { value, weight }, anchor)
            }
            Event::SequenceStart(anchor, _) => (self.sequence(depth)?, anchor),
            Event::MappingStart(anchor, _) => (self.mapping(depth)?, anchor),
            other => return Err(self.refuse(format!("unexpected {other:?}"))),
        };
        if anchor > 0 {
            self.count(node.weight)?;
            self.anchors
                .insert(anchor, (node.value.clone(), node.weight));
        }
        Ok(node)
    }

    fn sequence(&mut self, depth: usize) -> Result<Node, ManifestError> {
        self.count(1)?;
        let (mut items, mut weight) = (Vec::new(), 1);
        loop {
            match self.next()? {
                Event::SequenceEnd => {
                    return Ok(Node {
                        value: Value::Array(items),
                        weight,
                    });
                }
                event => {
                    let node = self.node(event, depth + 1)?;
                    weight += node.weight;
                    items.push(node.value);
                }
            }
        }
    }

    fn mapping(&mut self, depth: usize) -> Result<Node, ManifestError> {
        self.count(1)?;
        let (mut own, mut merged, mut weight) = (Map::new(), Map::new(), 1);
        loop {
            let event = self.next()?;
            if matches!(event, Event::MappingEnd) {
                break;
            }
            let is_merge =
                matches!(&event, Event::Scalar(text, ScalarStyle::Plain, 0, None) if text == "<<");
            let key = self.node(event, depth + 1)?;
            let event = self.next()?;
            let node = self.node(event, depth + 1)?;
            weight += key.weight + node.weight;
            if is_merge {
                self.merge(&mut merged, node.value)?;
            } else {
                own.insert(self.key(key.value)?, node.value);
            }
        }
        // What stands in the mapping itself wins over what is merged into it.
        for (key, value) in merged {
            own.entry(key).or_insert(value);
        }
        Ok(Node {
            value: Value::Object(own),
            weight,
        })
    }

    /// The values of `<<`: the earlier of several mappings wins.
    fn merge(&self, merged: &mut Map<String, Value>, value: Value) -> Result<(), ManifestError> {
        match value {
            Value::Object(map) => {
                for (key, value) in map {
                    merged.entry(key).or_insert(value);
                }
                Ok(())
            }
            Value::Array(maps) => maps.into_iter().try_for_each(|map| self.merge(merged, map)),
            _ => Err(self.refuse("`<<` can only merge mappings".to_owned())),
        }
    }

    fn key(&self, value: Value) -> Result<String, ManifestError> {
        match value {
            Value::String(text) => Ok(text),
            // As Python writes them: such keys are only ever compared with texts.
            Value::Bool(true) => Ok("True".to_owned()),
            Value::Bool(false) => Ok("False".to_owned()),
            Value::Null => Ok("None".to_owned()),
            Value::Number(number) => Ok(number.to_string()),
            Value::Array(_) | Value::Object(_) => {
                Err(self.refuse("a key must be a text or a number".to_owned()))
            }
        }
    }

    fn scalar(
        &self,
        text: String,
        style: ScalarStyle,
        tag: Option<&Tag>,
    ) -> Result<Value, ManifestError> {
        match tag.map(|tag| tag.suffix.as_str()) {
            Some("str" | "binary" | "timestamp") => Ok(Value::String(text)),
            Some("int" | "float" | "bool" | "null") => Ok(resolve_plain(&text)),
            Some(other) if tag.is_some_and(|tag| tag.handle != "!" || !tag.suffix.is_empty()) => {
                Err(self.refuse(format!("the tag `{other}` is not known")))
            }
            _ if style == ScalarStyle::Plain => Ok(resolve_plain(&text)),
            _ => Ok(Value::String(text)),
        }
    }

    fn count(&mut self, weight: usize) -> Result<(), ManifestError> {
        let taken = self.allowance.take(weight);
        taken.map_err(|Exhausted| self.too_large())
    }

    fn too_large(&self) -> ManifestError {
        self.refuse("is too large, with its anchors and aliases written out".to_owned())
    }

    fn refuse(&self, message: String) -> ManifestError {
        ManifestError::Syntax {
            line: self.line,
            column: 1,
            message,
        }
    }
}

fn line_of(span: &Span) -> usize {
    span.start.line()
}
